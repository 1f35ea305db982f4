import { describe, expect, it } from 'vitest'
import { morning } from '../home/test_home.ts'
import { emptyScene } from '../life/scene.ts'
import { type DevicePlan, defineDevice, type Report, readings } from './device.ts'
import { boot, chargeAt, createMachine, nextOf, putOn, shownTime, takeOff, wakeUp } from './runtime.ts'

const SECOND = 1_000
const DAY = 86_400_000

/** A model that says `reports` ten seconds after it starts, and again every ten. */
const modelOf = (reports: Report[], { batteryDays = 10, every = 10 * SECOND } = {}) =>
  defineDevice({
    model: 'Test',
    category: 'wearable',
    firmware: '1',
    noun: 'test',
    worn: true,
    button: false,
    batteryDays,
    keeps: 10,
    speaksEvery: 10 * SECOND,
    begin: ({ at }) => ({ state: 0, reports: [], wakeAt: at + every }),
    wake: (state: number, { at }) => ({ state: state + 1, reports, wakeAt: at + every }),
  })

const around = (at: number) => ({
  at,
  scene: emptyScene,
  change: undefined,
  position: { lat: 0, lon: 0 },
  vitals: () => {
    throw new Error('nobody asks')
  },
})

function machineWith(reports: Report[], traits: DevicePlan['traits'] = {}, options = {}) {
  const plan: DevicePlan = { id: 'it', kind: 'watch', traits }
  const machine = createMachine(plan, modelOf(reports, options), { seed: 1, startAt: morning, wearer: 'li' })
  boot(machine, around(morning))
  return machine
}

describe('a message', () => {
  it('has the time at which it happened by the clock of the device, then its number', () => {
    const machine = machineWith([{ ...readings({ heart_rate: 70 }), ago: 4 * SECOND }], { clockOffset: 500 })
    const [message] = wakeUp(machine, around(morning + 10 * SECOND))
    expect(message).toEqual({
      kind: 'readings',
      payload: { at: morning + 6_500, seq: 1, readings: { heart_rate: 70 } },
    })
  })

  it('of a signal or a window is the contract, nothing else', () => {
    const window = { rate_hz: 50, range_g: 4, placement: 'wrist', unit: 'g' as const, x: [0], y: [0], z: [1] }
    const said = wakeUp(
      machineWith([
        { kind: 'signals', signal: 'fall', confidence: 0.8, ago: 1_000 },
        { kind: 'motion', window },
      ]),
      around(morning + 10 * SECOND),
    )
    expect(said).toEqual([
      { kind: 'signals', payload: { at: morning + 9_000, seq: 1, signal: 'fall', confidence: 0.8 } },
      { kind: 'motion', payload: { at: morning + 10_000, seq: 2, ...window } },
    ])
  })
})

describe('the battery', () => {
  it('is empty after the days that the model lasts, and the machine knows when', () => {
    const machine = machineWith([], { charge: 50 }, { every: 100 * DAY })
    expect(chargeAt(machine, morning + 2.5 * DAY)).toBeCloseTo(25)
    expect(nextOf(machine)).toBe(morning + 5 * DAY)
    wakeUp(machine, around(morning + 5 * DAY))
    expect(machine.running).toBeUndefined()
    expect(nextOf(machine)).toBe(Number.POSITIVE_INFINITY)
  })

  it('fills on the charger, never above 100, and empties from there', () => {
    const machine = machineWith([], { charge: 10 })
    takeOff(machine, morning)
    expect(chargeAt(machine, morning + 3_600_000)).toBeCloseTo(10 + 100 / 1.5)
    putOn(machine, morning + DAY)
    expect(chargeAt(machine, morning + DAY)).toBe(100)
    expect(chargeAt(machine, morning + 2 * DAY)).toBeCloseTo(90)
  })

  it('on the mains never empties', () => {
    const machine = machineWith([], {}, { batteryDays: Number.POSITIVE_INFINITY })
    expect(chargeAt(machine, morning + 10_000 * DAY)).toBe(100)
  })
})

it('the clock drifts from where it was set', () => {
  const machine = machineWith([], { driftPpm: 50 })
  expect(shownTime(machine, morning + DAY) - (morning + DAY)).toBe(4_320)
  machine.clock = { offset: 0, since: morning + DAY }
  expect(shownTime(machine, morning + DAY)).toBe(morning + DAY)
})

it('a model that wants to wake in the past is a fault, and not an endless loop', () => {
  const machine = machineWith([], {}, { every: 0 })
  expect(() => wakeUp(machine, around(morning))).toThrow('it: its model wants to wake in the past')
})
