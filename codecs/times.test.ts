import { describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { nothingDecoded } from '../domain/message.ts'
import { epochOf, fromChina, instantOf, trusted, wallClock, wallClockOf, wallClockOfDigits, zoneless } from './times.ts'

const minute = 60_000
const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 0)
const zoneMinutes = 8 * 60

describe('wall clocks', () => {
  const clock = Date.UTC(2026, 10, 22, 16, 15, 5)
  test.each(['2026-11-22 16:15:05', '2026/11/22 16:15:05', '2026.11.22T16:15:05', ' 2026-11-22 16:15:05 '])(
    '%j',
    (text) => {
      expect(wallClockOf(text)).toBe(clock)
    },
  )
  test('with a fraction, and without seconds', () => {
    expect(wallClockOf('2026-11-22 16:15:05.25')).toBe(clock + 250)
    expect(wallClockOf('2026-11-22 16:15')).toBe(clock - 5_000)
  })
  test.each(['2026-02-30 00:00:00', '2026-13-01 00:00:00', '2026-11-22 24:00:00', '2026-11-22', 'soon', 7, null])(
    '%j is none',
    (text) => {
      expect(wallClockOf(text)).toBeUndefined()
    },
  )
  test('of digits, the year first or last', () => {
    expect(wallClockOfDigits('261122', '161505', 'ymd')).toBe(clock)
    expect(wallClockOfDigits('221126', '161505', 'dmy')).toBe(clock)
    expect(wallClockOfDigits('261322', '161505', 'ymd')).toBeUndefined()
    expect(wallClockOfDigits('26112', '161505', 'ymd')).toBeUndefined()
    expect(wallClockOfDigits(undefined, null, 'ymd')).toBeUndefined()
  })
  test('in China it is eight hours ahead', () => {
    expect(fromChina(wallClock(2026, 11, 22, 16, 15, 5))).toBe(Date.UTC(2026, 10, 22, 8, 15, 5))
    expect(fromChina(undefined)).toBeUndefined()
  })
})

describe('zoneless', () => {
  const read = (clock: number | undefined, isHistory = false) => {
    const decoded = nothingDecoded()
    const at = zoneless(decoded, clock, { receivedAt, zoneMinutes }, isHistory)
    return { at, warnings: decoded.warnings.map(({ code, detail }) => (code === 'zone_assumed' ? detail : code)) }
  }
  test('is UTC or of the configured zone, whichever is near the receipt', () => {
    expect(read(receivedAt - minute)).toEqual({ at: receivedAt - minute, warnings: ['UTC'] })
    expect(read(receivedAt + zoneMinutes * minute)).toEqual({ at: receivedAt, warnings: ['UTC+480 min'] })
  })
  test('of neither the receipt counts', () => {
    expect(read(receivedAt - 3 * 60 * minute)).toEqual({ at: undefined, warnings: ['clock_untrusted'] })
    expect(read(undefined)).toEqual({ at: undefined, warnings: [] })
  })
  test('what is from the memory is of the configured zone, if that is in the past', () => {
    const yesterday = receivedAt - 24 * 60 * minute
    expect(read(yesterday, true)).toEqual({ at: yesterday - zoneMinutes * minute, warnings: ['UTC+480 min'] })
    expect(read(receivedAt + 24 * 60 * minute, true)).toEqual({ at: undefined, warnings: ['clock_untrusted'] })
    expect(read(Date.UTC(1999, 0, 1), true).at).toBeUndefined()
  })
})

test('seconds and milliseconds are told apart by their size', () => {
  expect(epochOf(receivedAt / 1_000)).toBe(receivedAt)
  expect(epochOf(receivedAt)).toBe(receivedAt)
  for (const none of [undefined, Number.NaN, -1, 1e17]) expect(epochOf(none)).toBeUndefined()
})

test('an instant is text with a zone', () => {
  expect(instantOf('2026-11-22T16:15:00+08:00')).toBe(receivedAt)
  for (const none of ['2026-11-22T16:15:00', '2026-11-22', receivedAt, null]) expect(instantOf(none)).toBeUndefined()
})

test('a clock that is ahead, or was never set, is not trusted', () => {
  const read = (at: number | undefined) => {
    const decoded = nothingDecoded()
    return [trusted(decoded, at, { receivedAt }), decoded.warnings.map(({ code }) => code)]
  }
  expect(read(receivedAt + limits.clockAheadMs)).toEqual([receivedAt + limits.clockAheadMs, []])
  expect(read(receivedAt + limits.clockAheadMs + 1)).toEqual([undefined, ['clock_untrusted']])
  expect(read(limits.clockUnsetBefore)).toEqual([limits.clockUnsetBefore, []])
  expect(read(limits.clockUnsetBefore - 1)).toEqual([undefined, ['clock_untrusted']])
  expect(read(Number.MAX_VALUE)).toEqual([undefined, ['clock_untrusted']])
  expect(read(undefined)).toEqual([undefined, []])
})
