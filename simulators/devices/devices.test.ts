import { describe, expect, it } from 'vitest'
import { isMetric, isPlausible } from '../../domain/metrics.ts'
import { deviceCategories } from '../../domain/registry.ts'
import { DAY, HOUR, MINUTE } from '../life/calendar.ts'
import type { Change } from '../life/scene.ts'
import { type DeviceKind, deviceModels } from './models.ts'
import { moves, readingsOf, type Spoken, startAt, type TestDevice, testDevice } from './test_device.ts'

/** Rules over all models: what every device does, whatever it senses. */

const kinds = Object.keys(deviceModels) as DeviceKind[]

/** Regular messages an hour that a kind may send at most when somebody is there all the time. */
const hourlyAtMost: Record<DeviceKind, number> = {
  watch: 70,
  pendant: 3,
  pull_cord: 2,
  radar: 725,
  pir: 70,
  door: 2,
  bed_mat: 125,
  smoke: 2,
  gas: 7,
  water_leak: 2,
  water_meter: 5,
  bp_cuff: 1,
  oximeter: 1,
  thermometer: 1,
  gateway: 13,
  stove_guard: 61,
}

/** An eventful day: something happens every half hour. */
const eventful: Change[] = [
  moves({ room: 'bathroom', posture: 'standing', effort: 25 }),
  { what: 'water', by: 'wang', flow: 8 },
  { what: 'water', by: 'wang', flow: 0 },
  moves({ posture: 'standing', effort: 20 }),
  { what: 'presses', device: 'device' },
  { what: 'opens', opening: 'front_door' },
  { what: 'closes', opening: 'front_door' },
  { what: 'stove', on: true },
  { what: 'hazard', hazard: 'smoke', room: 'living_room', on: true },
  { what: 'hazard', hazard: 'smoke', room: 'living_room', on: false },
  { what: 'hazard', hazard: 'leak', room: 'living_room', on: true },
  { what: 'hazard', hazard: 'gas', room: 'living_room', on: true },
  { what: 'hazard', hazard: 'carbon_monoxide', room: 'living_room', on: true },
  { what: 'stove', on: false },
  { what: 'impact', who: 'wang', impact: 'fall', room: 'living_room' },
  moves({ posture: 'on_floor', doing: 'fallen', effort: 3 }),
  moves({ room: 'bedroom', posture: 'lying', effort: 2, inBed: true }),
  moves({ room: 'bedroom', posture: 'lying', effort: 1, inBed: true, doing: 'asleep' }),
  { what: 'worn', device: 'device', on: false },
  { what: 'worn', device: 'device', on: true },
  moves(),
]

function live(device: TestDevice): Spoken[] {
  const spoken = eventful.flatMap((change, n) => device.change(startAt + (n + 1) * 30 * MINUTE, change))
  return [...spoken, ...device.until(startAt + 2 * DAY)]
}

/** Two days in which nothing happens but that somebody sits there, or lies on the mat. */
function quiet(kind: DeviceKind, seed = 7, pace = 1): Spoken[] {
  const scene = [moves(kind === 'bed_mat' ? { room: 'bedroom', inBed: true, posture: 'lying' } : { effort: 15 })]
  return testDevice(kind, { seed, scene, pace }).until(startAt + 2 * DAY)
}

describe.each(kinds)('every device: %s', (kind) => {
  const model = deviceModels[kind]
  const spoken = live(testDevice(kind))

  it('says only what the vocabulary knows, within what physics allows', () => {
    const said = readingsOf(spoken)
    expect(said.length).toBeGreaterThan(1)
    const values = said.flatMap((readings) => Object.entries(readings))
    expect(values.filter(([name, value]) => !isMetric(name) || !isPlausible(name, value))).toEqual([])
  })

  it('says everything at its time: rising, whole milliseconds, nothing from the future', () => {
    const times = spoken.map(({ at }) => at)
    expect(times.every(Number.isInteger)).toBe(true)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(spoken.every(({ ago }) => ago === undefined || (Number.isInteger(ago) && ago >= 0))).toBe(true)
  })

  it('says the same for the same seed, and not at the same time for another', () => {
    expect(live(testDevice(kind))).toEqual(spoken)
    const first = (seed: number) => quiet(kind, seed)[0]?.at
    expect(first(8)).not.toBe(first(9))
  })

  it('is never silent for longer than it says', () => {
    const times = [startAt, ...quiet(kind).map(({ at }) => at)]
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(model.speaksEvery)
    expect(startAt + 2 * DAY - (times.at(-1) ?? 0)).toBeLessThanOrEqual(model.speaksEvery)
  })

  it('does not talk more than its kind does', () => {
    expect(quiet(kind).length / 48).toBeLessThanOrEqual(hourlyAtMost[kind])
  })

  it('talks half as often at pace 2', () => {
    const ratio = quiet(kind).length / Math.max(1, quiet(kind, 7, 2).length)
    const isPaced = Number.isFinite(model.speaksEvery) && kind !== 'pir'
    expect(Math.abs(ratio - 2) < 0.2).toBe(isPaced)
  })

  it('gives itself back at a change that is not its business', () => {
    const device = testDevice(kind)
    device.until(startAt + 2 * HOUR)
    const wakeAt = device.wakeAt()
    const at = Math.min(wakeAt - 1, startAt + 2 * HOUR + 5)
    expect(device.change(at, { what: 'presses', device: 'another' })).toEqual([])
    expect(device.change(at, { what: 'opens', opening: 'window' })).toEqual([])
    expect(device.wakeAt()).toBe(wakeAt)
  })

  it('tells its charge where it runs on a battery, and only there', () => {
    const told = readingsOf(spoken).flatMap(({ battery }) => battery ?? [])
    expect(new Set(told)).toEqual(new Set(Number.isFinite(model.batteryDays) ? [81] : []))
  })

  it('has a category that the registry knows, a name of its own and room for what it cannot send', () => {
    expect(Object.keys(deviceCategories)).toContain(model.category)
    expect(kinds.filter((other) => deviceModels[other].model === model.model)).toEqual([kind])
    expect(model.keeps).toBeGreaterThanOrEqual(50)
  })
})

it('a thousand devices that are switched on together do not speak together', () => {
  const perSecond = new Map<number, number>()
  for (let seed = 1; seed <= 1_000; seed += 1) {
    for (const { at } of testDevice('door', { seed }).until(startAt + 2 * HOUR)) {
      const second = Math.floor(at / 1_000)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
  }
  expect(Math.max(...perSecond.values())).toBeLessThan(40)
})
