import { describe, expect, it } from 'vitest'
import { isMetric, isPlausible } from '../../domain/metrics.ts'
import { seededRandom } from '../../domain/random.ts'
import { deviceCategories } from '../../domain/registry.ts'
import { createHome, type HomePlan } from '../home.ts'
import { type Body, bodyAt, makePerson } from '../resident.ts'
import type { Happening, Machine, Message, Senses } from './device.ts'
import { type DeviceKind, deviceModels } from './models.ts'

const MINUTE = 60_000
const startAt = Date.UTC(2026, 2, 4, 2)
const position = { lat: 39.65, lon: 106.79 }
const kinds = Object.keys(deviceModels) as DeviceKind[]

const homeWith = (kind: DeviceKind): HomePlan => ({
  id: 'home',
  label: 'home',
  position,
  devices: [{ id: 'device', kind, room: 'living_room' }],
})

/** A day and a night of one device, with every happening in it. */
function lifeOf(kind: DeviceKind): Message[] {
  const home = createHome(homeWith(kind), { seed: 5, startAt })
  home.script({ at: startAt + 3 * MINUTE, happening: { what: 'press' } })
  home.script({ at: startAt + 20 * MINUTE, happening: { what: 'fall', room: 'living_room' } })
  home.script({ at: startAt + 40 * MINUTE, happening: { what: 'smoke' } })
  return home.step(startAt + 24 * 60 * MINUTE).map(({ message }) => message)
}

function step(
  machine: Machine,
  at: number,
  { body = {}, happenings = [] }: Partial<{ body: Partial<Body>; happenings: Happening[] }> = {},
) {
  const whole = {
    ...bodyAt(makePerson(seededRandom(1)), startAt),
    doing: 'awake',
    room: 'kitchen',
    activity: 20,
    ...body,
  }
  const senses: Senses = { at, room: 'living_room', body: whole as Body, happenings, position, random: seededRandom(1) }
  return machine.step(senses)
}

const readingsOf = (messages: Message[]) =>
  messages.filter(({ kind }) => kind === 'readings').map(({ payload }) => payload.readings)
const signalsOf = (messages: Message[]) =>
  messages.filter(({ kind }) => kind === 'signals').map(({ payload }) => payload.signal)

const lives = Object.fromEntries(kinds.map((kind) => [kind, lifeOf(kind)])) as Record<DeviceKind, Message[]>

describe.each(kinds)('every device: %s', (kind) => {
  const messages = lives[kind]

  it('says only what the vocabulary knows, within what physics allows', () => {
    const said = readingsOf(messages) as Record<string, number>[]
    expect(said.length).toBeGreaterThan(1)
    const values = said.flatMap((readings) => Object.entries(readings))
    expect(values.filter(([metric, value]) => !isMetric(metric) || !isPlausible(metric, value))).toEqual([])
  })

  it('stamps whole milliseconds that never go back, and numbers without gaps', () => {
    const times = messages.map(({ payload }) => Number(payload.at))
    expect(times.every(Number.isInteger)).toBe(true)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(messages.map(({ payload }) => payload.seq)).toEqual(messages.map((_, n) => n + 1))
  })

  it('has a known category and a battery that is told, or mains', () => {
    expect(Object.keys(deviceCategories)).toContain(deviceModels[kind].category)
    const told = readingsOf(messages).some((readings) => Object.hasOwn(readings as object, 'battery'))
    expect(told).toBe(kind !== 'radar' && kind !== 'bed_mat')
  })

  it('says the same for the same seed', () => {
    expect(lifeOf(kind)).toEqual(messages)
  })
})

describe('signals', () => {
  it.each([
    ['pendant', ['sos']],
    ['watch', ['fall']],
    ['radar', ['fall']],
    ['smoke', ['smoke']],
    ['door', []],
    ['pir', []],
    ['bed_mat', []],
    ['bp_cuff', []],
  ] as const)('%s raises %j of press, fall and smoke', (kind, expected) => {
    expect(signalsOf(lives[kind])).toEqual(expected)
  })

  it('a pendant sends every press, also two at once', () => {
    const machine = deviceModels.pendant.start()
    expect(signalsOf(step(machine, startAt, { happenings: [{ what: 'press' }, { what: 'press' }] }))).toEqual([
      'sos',
      'sos',
    ])
    expect(signalsOf(step(machine, startAt + 1_000, { happenings: [{ what: 'press' }] }))).toEqual(['sos'])
    expect(signalsOf(step(machine, startAt + 2_000))).toEqual([])
  })

  it('a radar does not see a fall in another room', () => {
    const machine = deviceModels.radar.start()
    const elsewhere = step(machine, startAt, { happenings: [{ what: 'fall', room: 'kitchen' }] })
    expect(signalsOf([...elsewhere, ...step(machine, startAt + 10_000)])).toEqual([])
  })
})

describe('what the sensors see', () => {
  it('the door opens when the resident leaves and closes behind', () => {
    const machine = deviceModels.door.start()
    expect(readingsOf(step(machine, startAt))).toMatchObject([{ door_open: 0 }])
    expect(readingsOf(step(machine, startAt + 1_000, { body: { room: 'outside' } }))).toMatchObject([{ door_open: 1 }])
    expect(readingsOf(step(machine, startAt + 10_000, { body: { room: 'outside' } }))).toMatchObject([{ door_open: 0 }])
  })

  it('the motion sensor holds motion for half a minute and then says that it is over', () => {
    const machine = deviceModels.pir.start()
    step(machine, startAt)
    expect(readingsOf(step(machine, startAt + 1_000, { body: { room: 'living_room' } }))).toMatchObject([{ motion: 1 }])
    expect(step(machine, startAt + 20_000)).toEqual([])
    expect(readingsOf(step(machine, startAt + 31_000))).toMatchObject([{ motion: 0 }])
  })

  it('an empty bed has no heart rate', () => {
    const machine = deviceModels.bed_mat.start()
    const [empty] = readingsOf(step(machine, startAt))
    expect(empty).toEqual({ in_bed: 0 })
    const [full] = readingsOf(step(machine, startAt + 1_000, { body: { doing: 'asleep', room: 'bedroom' } }))
    expect(full).toMatchObject({ in_bed: 1, heart_rate: expect.any(Number) })
  })

  it('the cuff waits until the resident sits still at home', () => {
    const machine = deviceModels.bp_cuff.start()
    expect(step(machine, startAt, { body: { doing: 'out' } })).toEqual([])
    expect(step(machine, startAt + 1_000, { body: { activity: 60 } })).toEqual([])
    expect(readingsOf(step(machine, startAt + 2_000))).toMatchObject([{ systolic: expect.any(Number) }])
    expect(step(machine, startAt + 3_000)).toEqual([])
  })
})
