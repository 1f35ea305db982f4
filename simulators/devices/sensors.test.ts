import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../life/calendar.ts'
import type { Change, Hazard } from '../life/scene.ts'
import type { DeviceKind } from './models.ts'
import { motionsOf, moves, readingsOf, signalsOf, startAt, testDevice } from './test_device.ts'

const hazard = (what: Hazard, on: boolean, room: 'living_room' | 'kitchen' = 'living_room'): Change => ({
  what: 'hazard',
  hazard: what,
  room,
  on,
})
const later = startAt + HOUR

describe('hazards', () => {
  it.each<[DeviceKind, Hazard, string, number]>([
    ['smoke', 'smoke', 'smoke', 6_000],
    ['gas', 'gas', 'gas', 8_000],
    ['gas', 'carbon_monoxide', 'carbon_monoxide', 150_000],
    ['water_leak', 'leak', 'water_leak', 4_000],
  ])(
    '%s: %s is one signal %s within %d ms, its state until it is over, and clear after',
    (kind, what, signal, within) => {
      const device = testDevice(kind)
      expect(signalsOf(device.change(later, hazard(what, true)))).toEqual([])
      const spoken = device.until(later + 20 * MINUTE)
      const signals = signalsOf(spoken)
      expect(signals).toMatchObject([{ signal, confidence: 1 }])
      expect(signals[0]?.at).toBeLessThanOrEqual(later + within)
      const told = readingsOf(spoken.filter(({ at }) => at >= later + within)).map((readings) =>
        Object.entries(readings),
      )
      expect(told.length).toBeGreaterThan(2)
      expect(told.every((entries) => entries.some(([name, value]) => name === signal && value === 1))).toBe(true)
      expect(readingsOf(device.change(later + HOUR, hazard(what, false))).at(-1)).toMatchObject({ [signal]: 0 })
      expect(signalsOf(device.until(later + DAY))).toEqual([])
    },
  )

  it('in another room, or of another kind, is not sensed', () => {
    for (const kind of ['smoke', 'gas', 'water_leak'] as const) {
      const device = testDevice(kind)
      device.change(later, hazard('smoke', true, 'kitchen'))
      device.change(later, hazard('leak', kind === 'smoke'))
      expect(signalsOf(device.until(later + HOUR))).toEqual([])
    }
  })

  it('that is gone before the alarm is sure is not told', () => {
    const device = testDevice('gas')
    device.change(later, hazard('carbon_monoxide', true))
    device.change(later + 30_000, hazard('carbon_monoxide', false))
    expect(signalsOf(device.until(later + HOUR))).toEqual([])
  })
})

describe('rooms', () => {
  const away = moves({ room: 'kitchen', effort: 20, posture: 'standing' })

  it('the motion sensor holds motion for a minute after the last that it saw, then says that it is over', () => {
    const device = testDevice('pir', { scene: [moves({ room: 'kitchen' })] })
    expect(readingsOf(device.change(later, moves({ posture: 'standing', effort: 30 })))).toContainEqual(
      expect.objectContaining({ motion: 1 }),
    )
    const left = device.change(later + 20_000, away)
    const over = device.until(later + 10 * MINUTE).filter(({ at }) => at > later)
    expect(readingsOf([...left, ...over])).toEqual([{ motion: 0, battery: 81 }])
    expect(over[0]?.at).toBeGreaterThanOrEqual(later + MINUTE)
    expect(over[0]?.at).toBeLessThanOrEqual(later + 20_000 + MINUTE)
  })

  it('the motion sensor takes who keeps still for nobody', () => {
    const device = testDevice('pir', { scene: [moves({ room: 'kitchen' })] })
    device.change(later, moves({ effort: 0 }))
    device.until(later + 2 * MINUTE)
    const spoken = readingsOf(device.until(later + 5 * HOUR)).map(({ motion }) => motion)
    expect(spoken).toEqual([0, 0, 0, 0])
  })

  it('the radar counts at once, and sees the breath only of one who is alone and still', () => {
    const device = testDevice('radar')
    const counts = (change: Change, after: number) => readingsOf(device.change(later + after, change)).at(-1)
    expect(counts(moves({ who: 'li' }), 0)).toEqual({ presence: 1, person_count: 2 })
    expect(counts({ what: 'leaves', who: 'li' }, 1_000)).toEqual({
      presence: 1,
      person_count: 1,
      respiration_rate: 15,
    })
    expect(counts(away, 2_000)).toEqual({ presence: 0, person_count: 0 })
  })

  it('the radar talks every 5 s about somebody, and every minute about nobody', () => {
    const device = testDevice('radar')
    const inAnHour = (from: number) => device.until(from + HOUR).filter(({ at }) => at > from).length
    device.until(later)
    expect(inAnHour(later)).toBe(720)
    device.change(later + 2 * HOUR, away)
    expect(inAnHour(later + 2 * HOUR)).toBe(60)
  })

  it('the contact tells its own opening and no other', () => {
    const device = testDevice('door', { plan: { opening: 'fridge' } })
    expect(readingsOf(testDevice('door').change(later, { what: 'opens', opening: 'front_door' })).at(-1)).toMatchObject(
      {
        door_open: 1,
      },
    )
    const told = (change: Change, after: number) =>
      readingsOf(device.change(later + after, change)).map((r) => r.door_open)
    device.until(later - 1)
    expect(told({ what: 'opens', opening: 'front_door' }, 0)).not.toContain(1)
    expect(told({ what: 'opens', opening: 'fridge' }, 1)).toEqual([1])
    expect(told({ what: 'closes', opening: 'fridge' }, 2_000)).toEqual([0])
  })

  it('the mat makes sure that somebody is gone, and an empty bed has no heart rate', () => {
    const lies = moves({ room: 'bedroom', posture: 'lying', inBed: true, effort: 1 })
    const device = testDevice('bed_mat', { scene: [lies] })
    expect(readingsOf(device.until(later)).at(-1)).toEqual({
      in_bed: 1,
      heart_rate: 72,
      respiration_rate: 15,
      activity: 12,
    })
    device.change(later, moves({ room: 'bedroom', posture: 'sitting' }))
    expect(readingsOf(device.change(later + 5_000, lies)).every(({ in_bed }) => in_bed === 1)).toBe(true)
    device.change(later + MINUTE, moves({ room: 'bathroom' }))
    expect(readingsOf(device.until(later + MINUTE + 10_000)).at(-1)).toEqual({ in_bed: 0 })
  })

  it('the mat of one is not the bed of another', () => {
    const other = moves({ who: 'li', room: 'bedroom', posture: 'lying', inBed: true })
    const told = readingsOf(testDevice('bed_mat', { scene: [other] }).until(later))
    expect(new Set(told.map(({ in_bed }) => in_bed))).toEqual(new Set([0]))
  })
})

describe('meters', () => {
  const flow = (litres: number): Change => ({ what: 'water', by: 'wang', flow: litres })
  const volume = (readings: ReturnType<typeof readingsOf>) => readings.at(-1)?.water_volume ?? 0

  it('the water meter counts what flows', () => {
    const device = testDevice('water_meter')
    const before = volume(readingsOf(device.until(later)))
    device.change(later, flow(8))
    device.change(later + 10 * MINUTE, flow(0))
    expect(volume(readingsOf(device.until(later + HOUR))) - before).toBe(80)
  })

  it('a shower is no leak; water that never stops is, and so is a burst pipe', () => {
    const leaksAfter = (litres: number, minutes: number) => {
      const device = testDevice('water_meter')
      device.change(later, flow(litres))
      const spoken = device.change(later + minutes * MINUTE, flow(0))
      return signalsOf([...spoken, ...device.until(later + DAY)]).map(({ signal, at }) => [
        signal,
        (at - later) / MINUTE,
      ])
    }
    expect(leaksAfter(9, 25)).toEqual([])
    expect(leaksAfter(0.3, 180)).toEqual([['water_leak', 120]])
    expect(leaksAfter(30, 15)).toEqual([['water_leak', 10]])
  })

  it('the stove guard tells on and off at once, power while it is on, and what was used', () => {
    const device = testDevice('stove_guard')
    const used = readingsOf(device.until(later)).at(-1)?.energy ?? 0
    expect(readingsOf(device.change(later, { what: 'stove', on: true })).at(-1)).toMatchObject({ stove_on: 1 })
    const on = readingsOf(device.until(later + HOUR))
    expect(on.length).toBe(60)
    expect(Math.min(...on.map(({ power }) => power ?? 0))).toBeGreaterThan(900)
    const off = readingsOf(device.change(later + HOUR, { what: 'stove', on: false })).at(-1)
    expect(off).toMatchObject({ stove_on: 0, power: 0 })
    expect((off?.energy ?? 0) - used).toBeGreaterThan(0.9)
  })
})

describe('what a person uses', () => {
  const spots = ['bp_cuff', 'oximeter', 'thermometer'] as const

  it.each(spots)('the %s is used a few times on most days', (kind) => {
    const used = readingsOf(testDevice(kind).until(startAt + 20 * DAY)).length
    expect(used).toBeGreaterThan(20)
    expect(used).toBeLessThanOrEqual(60)
  })

  it.each(spots)('the %s waits until its user is awake, at home and quiet, and gives up after hours', (kind) => {
    for (const busy of [
      { doing: 'asleep' },
      { doing: 'out', room: 'outside' },
      { effort: 40 },
      { posture: 'on_floor' },
    ] as const) {
      const device = testDevice(kind, { scene: [moves(busy)] })
      expect(device.until(startAt + 3 * DAY)).toEqual([])
    }
    expect(testDevice(kind, { scene: [] }).until(startAt + 3 * DAY)).toEqual([])
  })

  it('a thermometer is used every few hours by somebody with a fever', () => {
    const used = (temperature: number) => {
      const device = testDevice('thermometer')
      device.body = { ...device.body, temperature }
      return readingsOf(device.until(startAt + 10 * DAY)).length
    }
    expect(used(38.6)).toBeGreaterThan(2 * used(36.5))
  })
})

describe('the watch', () => {
  it('reads the body, and leaves out what an arm that swings cannot show', () => {
    const device = testDevice('watch')
    const calm = readingsOf(device.until(later)).find(({ steps }) => steps !== undefined)
    expect(Object.keys(calm ?? {})).toEqual(['heart_rate', 'spo2', 'respiration_rate', 'activity', 'steps'])
    device.body = { ...device.body, activity: 80 }
    const lively = readingsOf(device.until(later + 5 * MINUTE)).filter(({ steps }) => steps !== undefined)
    expect(lively.map((readings) => Object.keys(readings))).toEqual(lively.map(() => ['activity', 'steps']))
  })

  it('sends no window of a day without a shake', () => {
    expect(motionsOf(testDevice('watch').until(startAt + DAY))).toEqual([])
  })
})
