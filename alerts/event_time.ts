import { limits } from '../domain/limits.ts'
import type { Doubt } from '../domain/signals.ts'

/** A device clock further off than this is worth telling: beyond it, answer times and charts no longer line up. */
const skewWorthNotingMs = 60_000
/** What a date can hold (ECMA-262 §21.4.1.1); numbers beyond are no times at all. */
const dateRangeMs = 8.64e15

/** In epoch ms. `at`: when it happened, as far as can be believed; `skewMs`: device clock minus receipt, null if small. */
export type EventTime = {
  at: number
  deviceAt: number | null
  skewMs: number | null
  doubts: Doubt[]
  /** Whether the device's own clock gave `at`. */
  believed: boolean
}

/**
 * When a signal happened: the device's word, unless it gave none, its clock runs ahead (`limits.clockAheadMs`) or was
 * never set (`limits.clockUnsetBefore`); then the time of receipt. A clock that is behind cannot be told from a signal
 * that was stored and forwarded, so it is believed, and doubted as `stale` beyond `limits.signalStaleMs`.
 */
export function eventTime(said: number | undefined, receivedAt: number): EventTime {
  if (said === undefined) return { at: receivedAt, deviceAt: null, skewMs: null, doubts: [], believed: false }
  if (!(Math.abs(said) <= dateRangeMs)) {
    return { at: receivedAt, deviceAt: null, skewMs: null, doubts: ['malformed'], believed: false }
  }
  const deviceAt = Math.trunc(said)
  const skew = deviceAt - receivedAt
  const believed = skew <= limits.clockAheadMs && deviceAt >= limits.clockUnsetBefore
  return {
    at: believed ? deviceAt : receivedAt,
    deviceAt,
    skewMs: Math.abs(skew) > skewWorthNotingMs ? skew : null,
    doubts: believed && -skew > limits.signalStaleMs ? ['stale'] : [],
    believed,
  }
}
