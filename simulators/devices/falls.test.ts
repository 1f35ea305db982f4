import { describe, expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { DAY, MINUTE } from '../life/calendar.ts'
import type { Change, Impact, Room } from '../life/scene.ts'
import { motionsOf, moves, readingsOf, signalsOf, startAt, testDevice } from './test_device.ts'

/** What of falls, slides and hard seats becomes a signal, over many devices: `watch`, `pendant`, `radar`. */

const fellAt = startAt + 10 * MINUTE
const impact = (what: Impact, room: Room = 'living_room'): Change => ({
  what: 'impact',
  who: 'wang',
  impact: what,
  room,
})
const onFloor = moves({ posture: 'on_floor', doing: 'fallen', effort: 3 })
const seeds = Array.from({ length: 200 }, (_, n) => n + 1)

type Shaken = { kind: 'watch' | 'pendant' | 'radar'; what: Impact; after: Change; seed?: number; room?: Room }

/** What the device says of an impact in the minute after it. */
function shaken({ kind, what, after, seed = 1, room }: Shaken) {
  const device = testDevice(kind, { seed })
  const before = device.change(fellAt, impact(what, room))
  return [...before, ...device.change(fellAt, after), ...device.until(fellAt + MINUTE)]
}
const share = (shake: Omit<Shaken, 'seed'>): number =>
  seeds.filter((seed) => signalsOf(shaken({ ...shake, seed })).length > 0).length / seeds.length

describe('a fall', () => {
  it.each([
    ['watch', 0.88, 0.99],
    ['radar', 0.93, 1],
  ] as const)(
    'is reported by most of the %ses within 7 s, sure enough for a ticket of high severity',
    (kind, least, most) => {
      const heard = share({ kind, what: 'fall', after: onFloor })
      expect(heard).toBeGreaterThan(least)
      expect(heard).toBeLessThanOrEqual(most)
      const signals = seeds.flatMap((seed) => signalsOf(shaken({ kind, what: 'fall', after: onFloor, seed })))
      expect(signals.every(({ signal, confidence }) => signal === 'fall' && confidence >= 0.7)).toBe(true)
      expect(signals.every(({ at, ago }) => at <= fellAt + 7_000 && at - (ago ?? 0) === fellAt)).toBe(true)
    },
  )

  it('after which the wearer walks away is none for the watch, nor for the radar', () => {
    const up = moves({ posture: 'standing', effort: 30 })
    expect(share({ kind: 'watch', what: 'fall', after: up })).toBe(0)
    expect(share({ kind: 'radar', what: 'fall', after: up })).toBe(0)
    expect(share({ kind: 'watch', what: 'fall', after: moves({ effort: 30 }) })).toBe(0)
  })

  it('comes with the accelerometer window, which a message can carry', () => {
    for (const kind of ['watch', 'pendant'] as const) {
      const [motion] = motionsOf(shaken({ kind, what: 'fall', after: onFloor }))
      expect(motion?.window).toMatchObject({ placement: kind === 'watch' ? 'wrist' : 'waist', unit: 'g' })
      expect(JSON.stringify(motion).length).toBeLessThan(limits.payloadBytes / 4)
      expect((motion?.at ?? 0) - (motion?.ago ?? 0)).toBe(fellAt)
    }
  })

  it('right after a hard seat is still a fall, and so is the fall of another beside somebody who slid', () => {
    const heard = (kind: 'watch' | 'radar') =>
      seeds.filter((seed) => {
        const device = testDevice(kind, { seed })
        device.change(fellAt - 2_000, impact('sits_hard'))
        device.change(fellAt, impact('fall'))
        device.change(fellAt, onFloor)
        device.change(fellAt + 1_000, { what: 'impact', who: 'li', impact: 'slide', room: 'living_room' })
        return signalsOf(device.until(fellAt + 10_000)).some(({ confidence }) => confidence >= 0.7)
      }).length / seeds.length
    expect(heard('watch')).toBeGreaterThan(0.88)
    expect(heard('radar')).toBeGreaterThan(0.93)
  })

  it('is not judged by a pendant', () => {
    expect(share({ kind: 'pendant', what: 'fall', after: onFloor })).toBe(0)
  })

  it('is seen by the radar in its own room only', () => {
    expect(share({ kind: 'radar', what: 'fall', room: 'bathroom', after: onFloor })).toBe(0)
  })

  it.each<[string, Change]>([
    ['that the wearer takes back in time', { what: 'cancels', device: 'device' }],
    ['after which the watch is taken off', { what: 'worn', device: 'device', on: false }],
  ])('%s is not reported', (_, change) => {
    const reported = seeds.filter((seed) => {
      const device = testDevice('watch', { seed })
      device.change(fellAt, impact('fall'))
      device.change(fellAt, onFloor)
      const spoken = [...device.change(fellAt + 2_000, change), ...device.until(fellAt + MINUTE)]
      return signalsOf(spoken).length > 0
    })
    expect(reported).toEqual([])
  })

  it('is not felt by a watch on the charger, which has no vital signs either', () => {
    const device = testDevice('watch')
    expect(readingsOf(device.wear(startAt + MINUTE, false))).toContainEqual({ worn: 0, battery: 81 })
    device.change(fellAt, impact('fall'))
    const spoken = [...device.change(fellAt, onFloor), ...device.until(fellAt + 2 * 60 * MINUTE)]
    expect(signalsOf(spoken)).toEqual([])
    expect(readingsOf(spoken).length).toBeGreaterThan(5)
    expect(new Set(readingsOf(spoken).flatMap((readings) => Object.keys(readings)))).toEqual(
      new Set(['worn', 'battery']),
    )
    expect(readingsOf(device.wear(startAt + DAY, true)).at(-1)).toMatchObject({
      worn: 1,
      body_temperature: expect.closeTo(36.5, 0),
    })
  })
})

describe('what is no fall', () => {
  it('a slide is felt by no wrist; a radar sees some of them, later and less sure', () => {
    expect(share({ kind: 'watch', what: 'slide', after: onFloor })).toBe(0)
    expect(motionsOf(shaken({ kind: 'watch', what: 'slide', after: onFloor }))).toEqual([])
    const seen = share({ kind: 'radar', what: 'slide', after: onFloor })
    expect(seen).toBeGreaterThan(0.6)
    expect(seen).toBeLessThan(0.8)
    const signals = seeds.flatMap((seed) => signalsOf(shaken({ kind: 'radar', what: 'slide', after: onFloor, seed })))
    expect(
      signals.every(({ at, confidence }) => at >= fellAt + 20_000 && confidence >= 0.5 && confidence <= 0.72),
    ).toBe(true)
  })

  it.each(['watch', 'radar'] as const)('a hard seat is a fall for few a %s, and those doubt it', (kind) => {
    expect(share({ kind, what: 'sits_hard', after: moves() })).toBeLessThan(0.08)
    const signals = seeds.flatMap((seed) => signalsOf(shaken({ kind, what: 'sits_hard', after: moves(), seed })))
    expect(signals.every(({ confidence }) => confidence < 0.5)).toBe(true)
  })

  it('applause shakes a wrist and not a pendant', () => {
    const windows = (kind: 'watch' | 'pendant') =>
      seeds.filter((seed) => motionsOf(shaken({ kind, what: 'claps', after: moves(), seed })).length > 0).length
    expect(windows('watch')).toBeGreaterThan(180)
    expect(windows('pendant')).toBe(0)
  })
})

it.each(['watch', 'pendant', 'pull_cord'] as const)('a %s sends every press at once, also the ninth', (kind) => {
  const device = testDevice(kind)
  const presses = Array.from({ length: 9 }, (_, n) =>
    device.change(fellAt + (n >> 1) * 700, { what: 'presses', device: 'device' }),
  )
  expect(presses.map((spoken) => signalsOf(spoken).map(({ signal, confidence }) => [signal, confidence]))).toEqual(
    presses.map(() => [['sos', 1]]),
  )
  expect(Object.hasOwn(signalsOf(presses.flat())[0] ?? {}, 'position')).toBe(kind !== 'pull_cord')
})
