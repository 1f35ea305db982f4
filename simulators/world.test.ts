import { describe, expect, it } from 'vitest'
import { demoHomes } from './demo_plan.ts'
import type { HomePlan, Spoken } from './home.ts'
import { createWorld } from './world.ts'

const MINUTE = 60_000
/** 10 o'clock in the morning, Beijing time. */
const morning = Date.UTC(2026, 2, 4, 2)

function spokenOf(seed: number, { startAt = morning, minutes = 2, steps = 1, plans = demoHomes } = {}): Spoken[] {
  const world = createWorld(plans as readonly HomePlan[], { seed, startAt })
  const grain = (minutes * MINUTE) / steps
  return Array.from({ length: steps }, (_, n) => world.step(startAt + grain * (n + 1))).flat()
}

const lines = (spoken: Spoken[]): string[] =>
  spoken.map(({ device, message }) => `${device.id} ${message.kind} ${JSON.stringify(message.payload)}`)

const signalsOf = (spoken: Spoken[]) =>
  spoken
    .filter(({ message }) => message.kind === 'signals')
    .map(({ home, device, message: { payload } }) => ({
      home: home.id,
      device: device.kind,
      signal: payload.signal,
      at: Number(payload.at),
    }))

describe('the demo world', () => {
  it('says the same for the same seed, message for message, however finely it is stepped', () => {
    const once = lines(spokenOf(7, { minutes: 20 })).sort()
    const often = lines(spokenOf(7, { minutes: 20, steps: 1_200 })).sort()
    expect(once.length).toBeGreaterThan(1_000)
    expect(often).toEqual(once)
  })

  it('says something else for another seed', () => {
    expect(lines(spokenOf(8))).not.toEqual(lines(spokenOf(7)))
  })

  it('has one SOS pressed three times and one fall seen by radar and watch within the first 40 seconds', () => {
    const first = signalsOf(spokenOf(1, { minutes: 40 / 60 }))
    const sos = first.filter(({ signal }) => signal === 'sos')
    expect(sos.map(({ device }) => device)).toEqual(['pendant', 'pendant', 'pendant'])
    expect(new Set(sos.map(({ at }) => at)).size).toBe(3)
    const falls = first.filter(({ signal }) => signal === 'fall')
    expect(falls.map(({ device }) => device).sort()).toEqual(['radar', 'watch'])
    expect(new Set(falls.map(({ home }) => home)).size).toBe(1)
    expect(first).toHaveLength(5)
  })

  it('goes on having events now and then, in more than one home and of more than one kind', () => {
    const later = signalsOf(spokenOf(3, { minutes: 180 })).filter(({ at }) => at > morning + MINUTE)
    expect(new Set(later.map(({ signal }) => signal)).size).toBeGreaterThan(1)
    expect(new Set(later.map(({ home }) => home)).size).toBeGreaterThan(1)
    expect(later.length).toBeLessThan(180)
  })

  it('lets every device speak within two minutes of an afternoon, and number its messages without gaps', () => {
    const spoken = spokenOf(2, { startAt: morning + 8 * 60 * MINUTE, minutes: 2, plans: demoHomes })
    for (const { id, kind } of demoHomes.flatMap(({ devices }) => devices)) {
      const seqs = spoken.filter(({ device }) => device.id === id).map(({ message }) => message.payload.seq)
      if (kind !== 'bp_cuff') expect(seqs.length, id).toBeGreaterThan(0)
      expect(seqs, id).toEqual(seqs.map((_, n) => n + 1))
    }
  })
})
