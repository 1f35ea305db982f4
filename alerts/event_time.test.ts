import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { eventTime } from './event_time.ts'

const received = Date.UTC(2026, 2, 2, 12)
const minute = 60_000
const day = 24 * 60 * minute

describe('event time', () => {
  it('is the time of receipt where the device gave none', () => {
    expect(eventTime(undefined, received)).toEqual({
      at: received,
      deviceAt: null,
      skewMs: null,
      doubts: [],
      believed: false,
    })
  })

  it('is what the device says, and a delay of up to a minute is no skew', () => {
    expect(eventTime(received - minute, received)).toEqual({
      at: received - minute,
      deviceAt: received - minute,
      skewMs: null,
      doubts: [],
      believed: true,
    })
    expect(eventTime(received - minute - 1, received).skewMs).toBe(-minute - 1)
  })

  it('believes a clock that is ahead up to the limit, and beyond it the time of receipt', () => {
    expect(eventTime(received + limits.clockAheadMs, received).at).toBe(received + limits.clockAheadMs)
    expect(eventTime(received + limits.clockAheadMs + 1, received)).toMatchObject({ at: received, believed: false })
  })

  it('takes a clock a day ahead for wrong: now counts, the skew is noted, nothing is doubted', () => {
    expect(eventTime(received + day, received)).toEqual({
      at: received,
      deviceAt: received + day,
      skewMs: day,
      doubts: [],
      believed: false,
    })
  })

  it('cannot tell a clock a day behind from a stored signal: its time counts, and it is doubted', () => {
    expect(eventTime(received - day, received)).toEqual({
      at: received - day,
      deviceAt: received - day,
      skewMs: -day,
      doubts: ['stale'],
      believed: true,
    })
  })

  it('doubts a signal only when it is older than the limit', () => {
    expect(eventTime(received - limits.signalStaleMs, received).doubts).toEqual([])
    expect(eventTime(received - limits.signalStaleMs - 1, received).doubts).toEqual(['stale'])
  })

  it('takes a clock that was never set for wrong, not for old', () => {
    expect(eventTime(0, received)).toMatchObject({ at: received, deviceAt: 0, skewMs: -received, doubts: [] })
    expect(eventTime(limits.clockUnsetBefore - 1, received).at).toBe(received)
    expect(eventTime(limits.clockUnsetBefore, received).at).toBe(limits.clockUnsetBefore)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, -9e15])('keeps %s out of every date', (said) => {
    const time = eventTime(said, received)
    expect(time).toEqual({ at: received, deviceAt: null, skewMs: null, doubts: ['malformed'], believed: false })
  })

  it('knows whole milliseconds only, because columns do', () => {
    expect(eventTime(received - 0.5, received).deviceAt).toBe(received - 1)
  })
})
