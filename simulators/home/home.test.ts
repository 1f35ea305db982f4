import { describe, expect, it } from 'vitest'
import type { DevicePlan } from '../devices/device.ts'
import { type DeviceKind, deviceModels } from '../devices/models.ts'
import { atLocal, HOUR, MINUTE } from '../life/calendar.ts'
import { createHome, type Output } from './home.ts'
import { day, homeWith, morning, planOf, saidBy, valuesIn } from './test_home.ts'

const everything: DevicePlan[] = (Object.keys(deviceModels) as DeviceKind[]).map((kind) => ({
  id: kind,
  kind,
  room: 'kitchen',
  ...(kind === 'door' && { opening: 'front_door' }),
  traits: { duplicates: 0.1, driftPpm: 20 },
}))

const twoPeople = [
  { id: 'li', seed: 7 },
  { id: 'wang', seed: 8 },
]

/** A day with something of everything in it. */
function dayOf({ devices = everything, seed = 5, steps = 1 } = {}): Output[] {
  const home = createHome(planOf(devices, twoPeople), { seed, startAt: morning })
  home.script({ at: morning + HOUR, event: { what: 'fall', who: 'wang', room: 'bathroom', liesFor: 20 * MINUTE } })
  home.script({ at: morning + 3 * HOUR, event: { what: 'visit', lasts: HOUR } })
  home.script({ at: morning + 5 * HOUR, event: { what: 'reboot', device: 'watch' } })
  home.script({ at: morning + 6 * HOUR, event: { what: 'illness', who: 'li', lasts: 5 * HOUR } })
  return Array.from({ length: steps }, (_, n) => home.step(morning + Math.round((24 * HOUR * (n + 1)) / steps))).flat()
}

const lines = (outputs: Output[]): string[] =>
  outputs.map((output) => {
    const about = output.what === 'fact' ? output.fact : output.what === 'link' ? output.up : output.message
    return `${output.at} ${output.what === 'fact' ? '' : output.device.id} ${JSON.stringify(about)}`
  })

describe('a home', () => {
  const once = dayOf()

  it('says the same for the same seed, in one step or in steps of a second', () => {
    expect(once.length).toBeGreaterThan(5_000)
    expect(lines(dayOf({ steps: 24 * 3_600 }))).toEqual(lines(once))
  })

  it('says something else for another seed', () => {
    expect(lines(dayOf({ seed: 6 }))).not.toEqual(lines(once))
  })

  it('comes out in order of time', () => {
    const times = once.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(morning)
  })

  it('gives the same from the others when one device is added or taken away', () => {
    const without = dayOf({ devices: everything.filter(({ id }) => id !== 'radar') })
    const others = once.filter((output) => output.what !== 'message' || output.device.id !== 'radar')
    expect(lines(without)).toEqual(lines(others))
  })

  it('never has something to do in the past, and says with `next` when it has', () => {
    const home = createHome(planOf(everything), { seed: 1, startAt: morning })
    let now = home.next()
    expect(now).toBe(morning)
    for (let n = 0; n < 2_000; n++) {
      home.step(now)
      expect(home.next()).toBeGreaterThan(now)
      now = home.next()
    }
    const nothing = home.step(now - 1)
    expect(nothing).toEqual([])
  })
})

describe('two people', () => {
  /** Both make their lunch on one stove, and go through one door. */
  const seen = homeWith([{ id: 'door', kind: 'door', room: 'hall', opening: 'front_door' }], { residents: twoPeople })

  it('keep the door open as long as one of them needs it', () => {
    const outputs = Array.from({ length: 4 }, () => seen.live(24 * 60)).flat()
    const states = valuesIn(outputs, 'door', 'door_open')
    expect(states.length).toBeGreaterThan(10)
    expect(new Set(states)).toEqual(new Set([0, 1]))
  })

  it('are both there to be seen, each with a body of its own', () => {
    const { figures } = seen.scene()
    expect(figures.map(({ who }) => who).sort()).toEqual(['li', 'wang'])
    expect(seen.vitals('li').heartRate).not.toBe(seen.vitals('wang').heartRate)
  })
})

describe('a routine', () => {
  it('is found under way: at night asleep in bed, without a sensor seeing them go there', () => {
    const home = homeWith([{ id: 'mat', kind: 'bed_mat', room: 'bedroom' }], { startAt: atLocal(day, 27) })
    expect(home.scene().figures).toMatchObject([{ who: 'li', room: 'bedroom', inBed: true, doing: 'asleep' }])
    expect(valuesIn(home.live(5), 'mat', 'in_bed')).not.toContain(0)
  })

  it('goes on for days, and ends none of them with the stove on', () => {
    const home = homeWith([{ id: 'pir', kind: 'pir', room: 'kitchen' }], { startAt: atLocal(day, 4) })
    for (let n = 0; n < 5; n++) {
      const seen = saidBy(home.live(24 * 60), 'pir')
      expect(seen.length, `day ${n}`).toBeGreaterThan(10)
      expect(home.scene().stove, `day ${n}`).toBe(false)
      expect([...home.scene().open], `day ${n}`).toEqual([])
    }
  })
})

describe('a home that cannot be', () => {
  it.each([
    ['a kind that there is not', [{ id: 'x', kind: 'toaster' as DeviceKind }], 'there is no device kind toaster'],
    ['a wearer who lives elsewhere', [{ id: 'x', kind: 'watch', wearer: 'chen' }], 'nobody called chen lives in home'],
    ['a gateway that there is not', [{ id: 'x', kind: 'pir', gateway: 'g' }], 'there is no gateway g in home'],
    [
      'two of a name',
      [
        { id: 'x', kind: 'pir' },
        { id: 'x', kind: 'door' },
      ],
      'two that are called x',
    ],
    [
      'a trait that there is not',
      [{ id: 'x', kind: 'pir', traits: { colour: 1 } as never }],
      'there is no trait colour',
    ],
    ['a trait out of range', [{ id: 'x', kind: 'pir', traits: { charge: 101 } }], 'must be from 0 to 100'],
    ['a quirk that there is not', [{ id: 'x', kind: 'pir', traits: { quirks: ['sings'] } }], 'there is no quirk sings'],
  ] as [string, DevicePlan[], string][])('%s is refused with a sentence', (_, devices, sentence) => {
    expect(() => createHome(planOf(devices), { seed: 1, startAt: morning })).toThrow(sentence)
  })
})
