import { describe, expect, it } from 'vitest'
import type { Output } from '../home.ts'
import { MINUTE, SECOND } from '../life/calendar.ts'
import { factsIn, morning, saidBy, signalsIn } from '../test_home.ts'
import { createWorld } from '../world.ts'
import { demoEvents } from './demo_events.ts'
import { demoHomes } from './demo_plan.ts'

function outputsOf(seed: number, minutes: number): Output[] {
  const director = demoEvents(demoHomes, { seed, startAt: morning })
  return createWorld(demoHomes, { seed, startAt: morning, director }).step(morning + minutes * MINUTE)
}

describe('the demo world', () => {
  it.each([1, 2, 3])(
    'has one SOS pressed three times and one fall seen by the radar within the first 40 seconds, seed %i',
    (seed) => {
      const first = outputsOf(seed, 40 / 60)
      expect(factsIn(first).map(({ event, at }) => [event, at - morning])).toEqual([
        ['press', 10 * SECOND],
        ['fall', 25 * SECOND],
      ])
      const signals = signalsIn(first)
      expect(signals.slice(0, 3)).toEqual(['li-pendant sos', 'li-pendant sos', 'li-pendant sos'])
      expect(signals.slice(3)).toContain('wang-radar fall')
    },
  )

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
