import { expect, it } from 'vitest'
import { atLocal, isWeekend, localDay, localHour, weekday } from './calendar.ts'

/** Wednesday, 4 March 2026, midnight in Beijing. */
const midnight = Date.UTC(2026, 2, 3, 16)

it('counts days and hours by Beijing time', () => {
  expect(localHour(midnight)).toBe(0)
  expect(localHour(midnight - 60_000)).toBeCloseTo(23.983, 3)
  expect(localDay(midnight)).toBe(localDay(midnight - 1) + 1)
  expect(atLocal(localDay(midnight), 0)).toBe(midnight)
  expect(new Date(atLocal(localDay(midnight), 27.5)).toISOString()).toBe('2026-03-04T19:30:00.000Z')
})

it('knows the days of the week', () => {
  const day = localDay(midnight)
  expect(weekday(day)).toBe(3)
  expect([0, 1, 2, 3, 4, 5, 6].filter((n) => isWeekend(day + n))).toEqual([3, 4])
})
