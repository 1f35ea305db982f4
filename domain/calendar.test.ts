import { describe, expect, it } from 'vitest'
import { hourOf, slotOf, slotsBetween, wallClock, weekdayOf } from './calendar.ts'
import { instantOf } from './zones.ts'

describe('counting by the calendar', () => {
  it('tells the hour and the day of a zone’s clock, over a change of it too', () => {
    const berlin = wallClock('Europe/Berlin')
    const before = berlin(Date.UTC(2026, 9, 25, 0, 30))
    const after = berlin(Date.UTC(2026, 9, 25, 1, 30))
    expect([hourOf(before), hourOf(after), weekdayOf(before)]).toEqual([2, 2, 6])
    const shanghai = wallClock('Asia/Shanghai')(Date.UTC(2026, 10, 22, 16))
    expect([hourOf(shanghai), weekdayOf(shanghai)]).toEqual([0, 0])
  })

  it.each([
    ['hour', '2026-11-01T13:00'],
    ['day', '2026-11-01'],
    ['week', '2026-10-26'],
    ['month', '2026-11'],
  ] as const)('puts an instant into its %s', (size, slot) => {
    expect(slotOf(Date.UTC(2026, 10, 1, 13, 59, 59), size)).toBe(slot)
  })

  it('names every slot of a span once, months of every length, and no more than wanted', () => {
    const year = slotsBetween(Date.UTC(2027, 10, 30), Date.UTC(2028, 11, 1), 'month', 99)
    expect(year).toEqual([
      ...['2027-11', '2027-12', '2028-01', '2028-02', '2028-03', '2028-04', '2028-05', '2028-06'],
      ...['2028-07', '2028-08', '2028-09', '2028-10', '2028-11'],
    ])
    expect(slotsBetween(Date.UTC(2026, 0, 1, 5), Date.UTC(2026, 0, 1, 7), 'hour', 9)).toEqual([
      '2026-01-01T05:00',
      '2026-01-01T06:00',
    ])
    expect(slotsBetween(0, 1e12, 'day', 3)).toHaveLength(3)
  })
})

describe('the instant of a wall clock', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-23T00:00:00.000Z', '2026-11-22T16:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01T12:00:00.000Z', '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T01:30:00.000Z', '2026-03-29T00:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29T00:00:00.000Z', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T12:00:00.000Z', '2026-03-29T10:00:00.000Z'],
    ['America/New_York', '2026-11-01T23:00:00.000Z', '2026-11-02T04:00:00.000Z'],
  ])('in %s of %s is %s', (zone, wall, at) => {
    expect(new Date(instantOf(zone, Date.parse(wall))).toISOString()).toBe(at)
  })
})
