import type { Position } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { Random } from '../../domain/random.ts'
import type { deviceCategories } from '../../domain/registry.ts'
import type { SignalKind } from '../../domain/signals.ts'
import type { UpKind } from '../../domain/topics.ts'
import type { Change, Impact, Opening, Room, Scene } from '../life/scene.ts'
import type { Vitals } from '../life/vitals.ts'
import type { DeviceKind } from './models.ts'

/** How one device differs from the ideal. All are optional in a plan; absent means none of it. */
export type Traits = {
  /** Device clock minus true time at the start, ms, and what it gains, parts per million. */
  clockOffset: number
  driftPpm: number
  /** Share of messages (0 to 1) that are sent twice, as bad firmware does. */
  duplicates: number
  /** Charge at the start, percent. */
  charge: number
  /** Factor on the regular reporting intervals: 2 reports half as often. */
  pace: number
  /** What its firmware does wrong; see `quirks.ts`. */
  quirks: readonly string[]
}

/**
 * A device as planned. `room` is where it is fixed (absent for what is worn or carried), `opening` what a contact sits
 * on, `wearer` who wears or uses it (absent: the first resident), `gateway` the device through which it speaks,
 * `transport` the way it speaks (mqtt where absent).
 */
export type DevicePlan = {
  id: string
  kind: DeviceKind
  room?: Room
  opening?: Opening
  wearer?: string
  gateway?: string
  transport?: 'mqtt' | 'http'
  traits?: Partial<Traits>
}

/** What a device can notice at one instant. */
export type Senses = {
  /** Epoch ms, true time. */
  at: number
  plan: DevicePlan
  /** The home as it is now, `change` included. */
  scene: Scene
  /** What just became different; undefined when the device woke by itself. */
  change: Change | undefined
  /** Who wears or uses it. */
  wearer: string
  /** Whether it is worn, for what is worn. */
  worn: boolean
  vitals(who: string): Vitals
  /** Charge, percent. */
  charge: number
  position: Position
  /** The device's own stream of chance. */
  random: Random
  /** Factor on the regular intervals, at least 0.01. */
  pace: number
}

/** What a device has to say, before time and sequence number are put to it. `ago`: ms before now that it happened. */
export type Report =
  | { kind: 'readings'; readings: Partial<Record<MetricName, number>>; ago?: number }
  | { kind: 'signals'; signal: SignalKind; confidence: number; position?: Position; test?: boolean; ago?: number }
  | { kind: 'motion'; window: MotionWindow; ago?: number }

/** An accelerometer window as the contract has it; g. */
export type MotionWindow = {
  rate_hz: number
  range_g: number
  placement: string
  unit: 'g'
  x: number[]
  y: number[]
  z: number[]
}

/** One message as published: the kind of topic and the JSON payload. */
export type Message = { kind: UpKind; payload: Record<string, unknown> }

/** A device after it woke: its state, what it says, and when it next wakes by itself (epoch ms; Infinity: never). */
export type Woken<State> = { state: State; reports: Report[]; wakeAt: number }

/**
 * A kind of device. `wake` is called at its `wakeAt` and at every change in the home, with rising time; both functions
 * are pure but for `random`. A device that has nothing to do with a change gives its state and `wakeAt` back.
 */
export type Definition<State> = {
  model: string
  category: keyof typeof deviceCategories
  firmware: string
  /** What the device does, in a log line: `pendant of home li`. */
  noun: string
  /** Worn or carried by a person; else fixed in a room. */
  worn: boolean
  /** Has a button that calls for help. */
  button: boolean
  /** Whether the wearer can say on it that nothing is wrong, before it reports a fall; absent: no. */
  cancels?: boolean
  /** Has a speaker, through which it says what it is told to; absent: no. */
  speaker?: boolean
  /** How long one charge lasts, days; Infinity on the mains. */
  batteryDays: number
  /** Messages it keeps while the link is away. */
  keeps: number
  /** The longest silence of a healthy one, ms at pace 1; Infinity for what speaks only when somebody uses it. */
  speaksEvery: number
  begin(senses: Senses): Woken<State>
  wake(state: State, senses: Senses): Woken<State>
}

/** A definition whose state is nobody else's business. */
export type DeviceModel = Omit<Definition<unknown>, 'begin' | 'wake'> & {
  start(senses: Senses): { first: Woken<unknown>; wake(senses: Senses): Woken<unknown> }
}

/** Closes a definition over its state. */
export function defineDevice<State>({ begin, wake, ...about }: Definition<State>): DeviceModel {
  return {
    ...about,
    start(senses) {
      const first = begin(senses)
      let { state } = first
      return {
        first,
        wake(now) {
          const next = wake(state, now)
          state = next.state
          return next
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

/** The next beat of a regular report, so that all devices of a kind do not speak at the same instant: by phase. */
export const nextBeat = (at: number, interval: number, phase: number): number =>
  Math.floor((at - phase) / interval + 1) * interval + phase

/** Whether an impact was felt by this device on its wearer. */
export const felt = ({ change, wearer, worn }: Senses): Impact | undefined =>
  change?.what === 'impact' && change.who === wearer && worn ? change.impact : undefined
