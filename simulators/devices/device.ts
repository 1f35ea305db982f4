import type { Position } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { Random } from '../../domain/random.ts'
import type { deviceCategories } from '../../domain/registry.ts'
import type { SignalKind } from '../../domain/signals.ts'
import type { UpKind } from '../../domain/topics.ts'
import type { Room } from '../day.ts'
import type { Body } from '../resident.ts'

/** Something that happens in a home beside the routine. */
export type Happening = { what: 'press' } | { what: 'fall'; room: Room } | { what: 'smoke' }

/** What a device can notice at one instant. */
export type Senses = {
  /** Epoch ms. */
  at: number
  /** Where the device is fixed; undefined for what is worn. */
  room: Room | undefined
  body: Body
  happenings: readonly Happening[]
  position: Position
  random: Random
}

/** What a device has to say, before time and sequence number are put to it. */
export type Report =
  | { kind: 'readings'; readings: Partial<Record<MetricName, number>> }
  | { kind: 'signals'; signal: SignalKind; confidence: number; position?: Position }

/** One message as published: the kind of topic and the JSON payload. */
export type Message = { kind: UpKind; payload: Record<string, unknown> }

/** A device at work. `step` must be called with rising `at`. */
export type Machine = { step(senses: Senses): Message[] }

export type DeviceModel = {
  model: string
  category: keyof typeof deviceCategories
  firmware: string
  /** What the device does, in a log line: `pendant of home li`. */
  noun: string
  start(): Machine
}

type Definition<State> = Omit<DeviceModel, 'start'> & {
  initial: State
  /** Pure: state and senses in, state and reports out. */
  step(state: State, senses: Senses): { state: State; reports: Report[] }
}

function messageOf(report: Report, at: number, seq: number): Message {
  const { kind, ...content } = report
  return { kind, payload: { at, seq, ...content } }
}

/** A device from its definition; the sequence number starts at 1 with every start, as after a reboot. */
export function defineDevice<State>(definition: Definition<State>): DeviceModel {
  const { initial, step, ...about } = definition
  return {
    ...about,
    start() {
      let state = initial
      let seq = 0
      return {
        step(senses) {
          const next = step(state, senses)
          state = next.state
          return next.reports.map((report) => messageOf(report, senses.at, ++seq))
        },
      }
    },
  }
}

export const readings = (values: Partial<Record<MetricName, number>>): Report => ({
  kind: 'readings',
  readings: values,
})

/** `value` rounded to `digits` after the point, as a display shows it. */
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits))

export const happened = (senses: Senses, what: Happening['what']): boolean =>
  senses.happenings.some((happening) => happening.what === what)

/** A battery that lasts `days` and starts over when it has been changed or charged. Percent, whole. */
export function battery(at: number, days: number): number {
  const used = (at / (days * 24 * 3_600_000)) % 1
  return Math.max(1, Math.round(100 - used * 95))
}

/** Whether something that comes every `interval` ms is due: on the first step and then by the interval's own beat. */
export const isDue = (last: number, at: number, interval: number): boolean =>
  last === 0 || Math.floor(at / interval) > Math.floor(last / interval)
