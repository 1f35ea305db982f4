import { limits } from '../../../domain/limits.ts'
import { isMetric } from '../../../domain/metrics.ts'
import { type SignalKind, signalOf } from '../../../domain/signals.ts'
import type { Output } from '../../home/home.ts'

type Position = { lat: number; lon: number }

/** A safety signal that a device sent. `at`: as its own clock had it, epoch ms; undefined where it said none. */
export type SaidSignal = { device: string; signal: SignalKind; at: number | undefined; position: Position | undefined }

/** One value that a device sent and that Vigil can keep under the device's own time. `message` numbers the message. */
export type SaidReading = { device: string; metric: string; at: number; value: number; message: number }

/** What the devices sent, with the names and the time that Vigil has for it: to be looked for there at the end. */
export type Said = {
  signals: readonly SaidSignal[]
  readings: readonly SaidReading[]
  /** How many messages of each device have something among their readings that must be refused. */
  refusable: ReadonlyMap<string, number>
  /** Takes an output as it leaves. `toSent`: as in `Stage`. */
  note(output: Output, toSent: (at: number) => number): void
}

export function createSaid(): Said {
  const signals: SaidSignal[] = []
  const readings: SaidReading[] = []
  const refusable = new Map<string, number>()
  let messages = 0
  return {
    signals,
    readings,
    refusable,
    note(output, toSent) {
      if (output.what !== 'message') return
      const { payload, kind } = output.message
      const said = typeof payload.at === 'number' ? toSent(payload.at) : undefined
      const device = output.device.id
      if (kind === 'signals') signals.push(...signalIn(device, payload, said))
      if (kind === 'readings' && valuesIn(payload).some(isRefusable))
        refusable.set(device, (refusable.get(device) ?? 0) + 1)
      const isOwnTime = said !== undefined && isBelieved(said, toSent(output.at))
      if (kind === 'readings' && isOwnTime) readings.push(...readingsIn(device, payload, said, messages++))
    },
  }
}

/** Of a clock that is ahead or was never set the time of receipt counts, which nobody here knows. */
const isBelieved = (said: number, now: number): boolean =>
  said >= limits.clockUnsetBefore && said <= now + limits.clockAheadMs

function signalIn(device: string, payload: Record<string, unknown>, at: number | undefined): SaidSignal[] {
  const signal = signalOf(String(payload.signal))
  const position = payload.position as Position | undefined
  return signal ? [{ device, signal, at, position }] : []
}

const valuesIn = ({ readings }: Record<string, unknown>) => Object.entries((readings ?? {}) as Record<string, unknown>)

/** No number, or no metric. Null says that there is none. */
const isRefusable = ([metric, value]: [string, unknown]): boolean =>
  !isMetric(metric) || (value !== null && typeof value !== 'number')

function readingsIn(device: string, payload: Record<string, unknown>, at: number, message: number): SaidReading[] {
  return valuesIn(payload).flatMap(([metric, value]) =>
    typeof value === 'number' && isMetric(metric) ? [{ device, metric, at, value, message }] : [],
  )
}
