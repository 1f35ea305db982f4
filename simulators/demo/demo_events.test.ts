import { describe, expect, it } from 'vitest'
import type { Output } from '../home/home.ts'
import { factsIn, morning, saidBy, signalsIn } from '../home/test_home.ts'
import { MINUTE, SECOND } from '../life/calendar.ts'
import { createWorld } from '../world/world.ts'
import { demoEvents } from './demo_events.ts'
import { demoHomes } from './demo_plan.ts'

function outputsOf(seed: number, minutes: number, startAt = morning): Output[] {
  const director = demoEvents(demoHomes, { seed, startAt })
  return createWorld(demoHomes, { seed, startAt, director }).step(startAt + minutes * MINUTE)
}

describe('the demo world', () => {
  it('begins with one SOS pressed three times and two falls', () => {
    expect(factsIn(outputsOf(1, 1)).map(({ event, at, home }) => [event, at - morning, home])).toEqual([
      ['press', 10 * SECOND, 'home-li'],
      ['fall', 25 * SECOND, 'home-wang'],
      ['fall', 40 * SECOND, 'home-chen'],
    ])
  })

  it('shows an SOS and a fall within the first minute, whatever the seed and the hour', () => {
    for (let seed = 0; seed < 200; seed++) {
      const startAt = morning + seed * 7 * MINUTE
      const signals = signalsIn(outputsOf(seed, 1, startAt))
      expect(signals.slice(0, 3)).toEqual(['li-pendant sos', 'li-pendant sos', 'li-pendant sos'])
      expect(signals.some((signal) => signal.endsWith(' fall'))).toBe(true)
    }
  })

  it('goes on having events every few minutes, in more than one home and of more than one kind', () => {
    const later = factsIn(outputsOf(3, 180)).filter(({ at }) => at > morning + MINUTE)
    expect(new Set(later.map(({ event }) => event)).size).toBeGreaterThan(1)
    expect(new Set(later.map(({ home }) => home)).size).toBeGreaterThan(1)
    expect(later.length).toBeGreaterThan(180 / 9 - 4)
    expect(later.length).toBeLessThan(180 / 4 + 1)
  })

  it('lets every device that speaks by itself speak within the hour', () => {
    const said = new Set(saidBy(outputsOf(2, 60)).map(({ device }) => device))
    const silent = demoHomes.flatMap(({ devices }) => devices.filter(({ id }) => !said.has(id)).map(({ kind }) => kind))
    for (const kind of silent) expect(['bp_cuff', 'oximeter', 'thermometer']).toContain(kind)
  })
})
