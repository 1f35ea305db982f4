import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../simulators/life/calendar.ts'
import { nightsOf } from './nights.ts'
import {
  byHour,
  daysSeen,
  inBedByHour,
  longestADay,
  quietAtHome,
  quietStretches,
  type Rhythm,
  usesOf,
} from './rhythm.ts'

/** Local midnight of a day, and an hour of it. */
const hour = (day: number, at: number): number => (20_000 + day) * DAY + at * HOUR

/** Two days: a night with a visit to the toilet, breakfast, an outing. */
const home: Rhythm = {
  name: 'home',
  from: hour(0, 12),
  to: hour(2, 12),
  events: [
    { at: hour(1, 2), group: 'toilet' },
    { at: hour(1, 2) + MINUTE, group: 'toilet' },
    { at: hour(1, 7), group: 'fridge' },
    { at: hour(1, 7.5), group: 'fridge' },
    { at: hour(1, 9), group: 'front_door' },
    { at: hour(1, 11), group: 'front_door' },
    { at: hour(1, 12), group: 'fridge' },
  ],
  has: new Set(['toilet', 'fridge', 'front_door']),
  inBed: [
    { from: hour(0, 13), to: hour(0, 14) },
    { from: hour(0, 19), to: hour(0, 20) },
    { from: hour(0, 22), to: hour(1, 1.95) },
    { from: hour(1, 2.1), to: hour(1, 6.5) },
  ],
  away: [{ from: hour(1, 9), to: hour(1, 11) }],
}

describe('the rhythm of a home', () => {
  it('counts what is flushed twice within two minutes as one use', () => {
    expect(usesOf(home, 'toilet')).toEqual([hour(1, 2)])
    expect(usesOf(home, 'fridge')).toHaveLength(3)
  })

  it('counts by hour of the day, per day on which the hour was seen', () => {
    expect(byHour(home, usesOf(home, 'fridge'))[7]).toBe(1)
    expect(byHour({ ...home, to: hour(1, 13) }, usesOf(home, 'fridge'))[12]).toBe(0.5)
    expect(inBedByHour(home)?.[23]).toBe(0.5)
    expect(inBedByHour({ ...home, inBed: undefined })).toBeUndefined()
  })

  it('leaves journeys of more than a day out of days, hours and gaps', () => {
    const away = [{ from: hour(1, 12), to: hour(2, 14) }]
    const events = [...home.events, { at: hour(3, 6), group: 'fridge' } as const]
    const journey: Rhythm = { ...home, to: hour(3, 12), events, away }
    expect(daysSeen(home)).toBe(2)
    expect(daysSeen(journey)).toBeCloseTo(3 - 26 / 24, 9)
    // Seven o'clock comes on three days, and on one of them nobody could have opened the fridge.
    expect(byHour(journey, usesOf(journey, 'fridge'))[7]).toBe(1)
    expect(quietStretches(journey)).toHaveLength(quietStretches(home).length)
  })

  it('knows the gaps with somebody at home and up', () => {
    expect(quietAtHome(home)?.map(({ from }) => from)).toEqual([hour(1, 2), hour(1, 7), hour(1, 7.5), hour(1, 11)])
    expect(quietAtHome({ ...home, away: undefined })).toBeUndefined()
    expect(longestADay(quietAtHome(home) ?? [])).toEqual([1.5 * HOUR])
  })

  it('takes a short time out of bed as part of the night, and a nap as none', () => {
    expect(nightsOf(home)).toEqual([{ from: hour(0, 22), to: hour(1, 6.5), timesUp: 1, toiletUses: 1 }])
    expect(nightsOf({ ...home, inBed: undefined })).toBeUndefined()
    expect(nightsOf({ ...home, to: hour(1, 6) })).toEqual([])
  })
})
