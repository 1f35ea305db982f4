import { describe, expect, it } from 'vitest'
import type { DevicePlan } from '../devices/device.ts'
import { atLocal, DAY, HOUR, MINUTE, SECOND } from '../life/calendar.ts'
import { day, factsIn, homeWith, linksIn, saidBy, signalsIn, valuesIn } from './test_home.ts'

const devices: DevicePlan[] = [
  { id: 'watch', kind: 'watch' },
  { id: 'gateway', kind: 'gateway', room: 'hall' },
  { id: 'pir', kind: 'pir', room: 'living_room', gateway: 'gateway' },
  { id: 'door', kind: 'door', room: 'hall', opening: 'front_door', gateway: 'gateway' },
]

describe('a lost line', () => {
  it('goes and comes back, and the device speaks on meanwhile', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'link_lost', device: 'watch', lasts: 10 * MINUTE })
    const first = home.live(5)
    expect(linksIn(first)).toEqual(['watch down'])
    expect(factsIn(first)).toMatchObject([{ event: 'link_lost', device: 'watch', needsHelp: false }])
    const later = home.live(10)
    expect(linksIn(later)).toEqual(['watch up'])
    expect(
      saidBy(
        later.slice(
          0,
          later.findIndex(({ what }) => what === 'link'),
        ),
        'watch',
      ).length,
    ).toBeGreaterThan(2)
  })

  it('of a gateway is the line of everything behind it', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'link_lost', device: 'gateway', lasts: 10 * MINUTE })
    expect(linksIn(home.live(5))).toEqual(['gateway down', 'pir down', 'door down'])
    expect(linksIn(home.live(10))).toEqual(['gateway up', 'pir up', 'door up'])
  })

  it('lost twice at once comes back when both are over', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'link_lost', device: 'watch', lasts: 30 * MINUTE })
    home.in(2, { what: 'link_lost', device: 'watch', lasts: 10 * MINUTE })
    home.in(25, { what: 'link_lost', device: 'watch', lasts: 20 * MINUTE })
    expect(linksIn(home.live(20))).toEqual(['watch down'])
    expect(linksIn(home.live(20))).toEqual([])
    expect(linksIn(home.live(20))).toEqual(['watch up'])
  })
})

describe('a reboot', () => {
  it('is a line lost for a moment, and numbers from 1', () => {
    const home = homeWith(devices)
    home.live(10)
    home.in(1, { what: 'reboot', device: 'watch' })
    const outputs = home.live(5)
    expect(linksIn(outputs)).toEqual(['watch down', 'watch up'])
    const seqs = saidBy(outputs, 'watch').map(({ payload }) => Number(payload.seq))
    const anew = seqs.indexOf(1)
    expect(anew).toBeGreaterThanOrEqual(0)
    expect(seqs.slice(anew)).toEqual(seqs.slice(anew).map((_, n) => n + 1))
  })

  it('of a device without power does not end while there is none', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'battery', device: 'watch', percent: 0 })
    home.in(2, { what: 'reboot', device: 'watch' })
    home.live(2)
    const outputs = home.live(30)
    expect(saidBy(outputs, 'watch')).toEqual([])
    expect(linksIn(outputs)).toEqual([])
  })

  it('presses meanwhile are not noticed', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'reboot', device: 'watch' })
    home.in(1.1, { what: 'accidental_press', device: 'watch', times: 1, every: 0 })
    home.in(2, { what: 'accidental_press', device: 'watch', times: 1, every: 0 })
    expect(signalsIn(home.live(5))).toEqual(['watch sos'])
  })
})

describe('the charge', () => {
  it('at 0 the device is silent and its line is gone, until it is charged', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'battery', device: 'watch', percent: 0 })
    home.live(1)
    const dead = home.live(30)
    expect(saidBy(dead, 'watch')).toEqual([])
    expect(linksIn(dead)).toEqual([])
    home.in(1, { what: 'taken_off', device: 'watch', lasts: HOUR })
    const charged = home.live(40)
    expect(linksIn(charged)).toEqual(['watch up'])
    expect(Number(valuesIn(charged, 'watch', 'battery').at(-1))).toBeGreaterThan(20)
  })

  it('of a gateway at 0 takes the devices behind it with it', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'battery', device: 'gateway', percent: 0 })
    home.in(10, { what: 'battery', device: 'gateway', percent: 100 })
    expect(linksIn(home.live(5))).toEqual(['gateway down', 'pir down', 'door down'])
    expect(linksIn(home.live(10))).toEqual(['gateway up', 'pir up', 'door up'])
  })

  it('goes down with time, and is empty when the battery should be', () => {
    const flat: DevicePlan[] = [{ id: 'watch', kind: 'watch', traits: { charge: 20 } }]
    /** From two in the morning, so that nobody is up to charge it: 20 % of three days are 14.4 hours. */
    const home = homeWith(flat, { startAt: atLocal(day, 26) })
    const before = home.live(12 * 60)
    expect(linksIn(before)).toEqual([])
    const charges = valuesIn(before, 'watch', 'battery').map(Number)
    expect(charges[0]).toBe(20)
    expect(charges).toEqual([...charges].sort((a, b) => b - a))
    expect(charges.at(-1)).toBeLessThan(5)
    expect(linksIn(home.live(3 * 60))).toEqual(['watch down'])
  })

  it('of a watch is looked after of an evening: it lies on the charger and is put on again', () => {
    const home = homeWith([{ id: 'watch', kind: 'watch', traits: { charge: 60 } }])
    const outputs = Array.from({ length: 6 }, () => home.live(24 * 60)).flat()
    expect(linksIn(outputs)).toEqual([])
    const worn = valuesIn(outputs, 'watch', 'worn')
    expect(worn).toContain(0)
    expect(worn.at(-1)).toBe(1)
    expect(Math.max(...valuesIn(outputs, 'watch', 'battery').map(Number))).toBeGreaterThan(95)
  })

  it('of a watch is not looked after by who is away with it: it is empty in the end', () => {
    const home = homeWith([{ id: 'watch', kind: 'watch', traits: { charge: 60 } }])
    home.in(0, { what: 'absence', lasts: 4 * DAY })
    const outputs = Array.from({ length: 3 }, () => home.live(24 * 60)).flat()
    expect(valuesIn(outputs, 'watch', 'worn')).not.toContain(0)
    expect(linksIn(outputs)).toEqual(['watch down'])
  })

  it('of a small sensor is a new battery within weeks', () => {
    const home = homeWith([{ id: 'pir', kind: 'pir', room: 'kitchen', traits: { charge: 3 } }])
    const outputs = Array.from({ length: 25 }, () => home.live(24 * 60)).flat()
    expect(Math.max(...valuesIn(outputs, 'pir', 'battery').map(Number))).toBeGreaterThan(90)
  })
})

describe('the clock', () => {
  it('is off by what the plan says and gains', () => {
    const fast: DevicePlan = { id: 'watch', kind: 'watch', traits: { clockOffset: 5_000, driftPpm: 100 } }
    const home = homeWith([fast])
    const outputs = home.live(24 * 60)
    const errors = saidBy(outputs, 'watch').map(({ at, payload }) => Number(payload.at) - at)
    expect(errors[0]).toBeGreaterThanOrEqual(5_000)
    expect(errors[0]).toBeLessThan(5_200)
    const gained = 5_000 + (100 * DAY) / 1e6
    expect(Math.abs(errors.at(-1)! - gained)).toBeLessThan(100)
    expect(errors.every(Number.isInteger)).toBe(true)
  })

  it('can be set wrong', () => {
    const home = homeWith(devices)
    home.in(0, { what: 'clock', device: 'watch', offset: -3 * HOUR })
    const errors = saidBy(home.live(10), 'watch').map(({ at, payload }) => Number(payload.at) - at)
    expect(new Set(errors)).toEqual(new Set([-3 * HOUR]))
  })
})

describe('what is sent twice', () => {
  it('has the same number and the same bytes', () => {
    const home = homeWith(devices)
    home.in(0, { what: 'sends_twice', device: 'watch', lasts: 10 * MINUTE })
    const twice = saidBy(home.live(9), 'watch').map(({ payload }) => JSON.stringify(payload))
    expect(twice.length).toBeGreaterThan(6)
    expect(twice.filter((_, n) => n % 2 === 0)).toEqual(twice.filter((_, n) => n % 2 === 1))
    home.live(2)
    const once = saidBy(home.live(30), 'watch').map(({ payload }) => payload.seq)
    expect(new Set(once).size).toBe(once.length)
  })

  it('is a share of the messages where the firmware is bad', () => {
    const home = homeWith([{ id: 'radar', kind: 'radar', room: 'living_room', traits: { duplicates: 0.25 } }])
    const seqs = saidBy(home.live(24 * 60), 'radar').map(({ payload }) => payload.seq)
    const share = seqs.length / new Set(seqs).size - 1
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.3)
  })
})

it('a pace of 2 is half as many regular reports', () => {
  const count = (pace: number) =>
    saidBy(homeWith([{ id: 'w', kind: 'watch', traits: { pace } }]).live(6 * 60), 'w').length
  expect(count(2) / count(1)).toBeCloseTo(0.5, 1)
})

it('a quirk changes what is sent, and the number stays one for each message', () => {
  const home = homeWith([{ id: 'watch', kind: 'watch', traits: { quirks: ['press_twice'] } }])
  home.in(1, { what: 'press', times: 2, every: 5 * SECOND })
  const signals = saidBy(home.live(3), 'watch').filter(({ kind }) => kind === 'signals')
  expect(signals).toHaveLength(4)
  expect(new Set(signals.map(({ payload }) => payload.seq)).size).toBe(2)
})

it('what is taken off measures nothing on the charger and is put on when told, asleep or not', () => {
  const home = homeWith(devices, { startAt: atLocal(day, 25) })
  home.in(1, { what: 'taken_off', device: 'watch', lasts: HOUR })
  home.live(2)
  const off = home.live(50)
  expect(valuesIn(off, 'watch', 'heart_rate')).toEqual([])
  expect(valuesIn(home.live(30), 'watch', 'heart_rate').length).toBeGreaterThan(5)
})
