import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../simulators/life/calendar.ts'
import { mean } from '../statistics.ts'
import { nightsOf } from './nights.ts'
import { groups, lengthOf, type Rhythm, usesOf } from './rhythm.ts'
import { simulatedHomes } from './simulated_homes.ts'

const homes = simulatedHomes(12, 14, 1, 20_454)
const daily = (group: (typeof groups)[number]) => homes.map((home) => usesOf(home, group).length / 14)
const hoursAway = ({ away = [] }: Rhythm): number =>
  away.reduce((sum, span) => sum + lengthOf(span), 0) / ((14 * DAY) / 24)

describe('simulated homes as sensors see them', () => {
  it('are the same again from the same seed', () => {
    expect(simulatedHomes(1, 3, 5, 20_454)).toEqual(simulatedHomes(1, 3, 5, 20_454))
  })

  it('use everything, as often as people do, and not all alike', () => {
    const usual = {
      toilet: [4, 12],
      washing: [5, 15],
      fridge: [3, 13],
      cupboard: [3, 13],
      stove: [0.7, 3],
      front_door: [0.2, 5],
    }
    for (const group of groups) {
      const [least = 0, most = 0] = usual[group]
      for (const uses of daily(group)) {
        expect(uses, group).toBeGreaterThan(least)
        expect(uses, group).toBeLessThan(most)
      }
      expect(Math.max(...daily(group)), group).toBeGreaterThan(Math.min(...daily(group)) * 1.3)
    }
  })

  it('flush before they wash their hands', () => {
    for (const home of homes) {
      const isAfterQuiet = (n: number) => (home.events[n]?.at ?? 0) - (home.events[n - 1]?.at ?? 0) > 10 * MINUTE
      const atNight = home.events.filter(({ at }, n) => at % DAY < 5 * HOUR && at % DAY > HOUR && isAfterQuiet(n))
      const flushed = atNight.filter(({ group }) => group === 'toilet')
      expect(flushed.length).toBeGreaterThanOrEqual(atNight.length * 0.6)
    }
  })

  it('have a night a day, and are left for some hours', () => {
    for (const home of homes) expect(nightsOf(home)?.length).toBe(13)
    expect(mean(homes.map(hoursAway))).toBeGreaterThan(0.5)
    expect(mean(homes.map(hoursAway))).toBeLessThan(3)
  })
})
