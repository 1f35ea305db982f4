import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../codecs/decode.ts'
import { isUrgent } from '../codecs/urgent.ts'
import { topicOf } from '../domain/topics.ts'
import { demoEvents } from '../simulators/demo/demo_events.ts'
import { demoHomes } from '../simulators/demo/demo_plan.ts'
import { type DeviceKind, deviceModels } from '../simulators/devices/models.ts'
import type { Output } from '../simulators/home/home.ts'
import { createWorld } from '../simulators/world/world.ts'

/** 10 o'clock in the morning, Beijing time. */
const startAt = Date.UTC(2026, 2, 4, 2)
const HOUR = 3_600_000

type Said = Extract<Output, { what: 'message' }>

/** What all demo homes say in an hour, with everything that happens in the demo. */
function sayings(seed: number): Said[] {
  const world = createWorld(demoHomes, { seed, startAt, director: demoEvents(demoHomes, { seed, startAt }) })
  return world.step(startAt + HOUR).filter((output) => output.what === 'message')
}

const encoded = ({ device, message }: Said) => ({
  topic: topicOf(device.id, message.kind),
  payload: Buffer.from(JSON.stringify(message.payload)),
  receivedAt: Number(message.payload.at) + 40,
})

describe.each([1, 2, 3])('what the demo homes say in an hour, seed %i', (seed) => {
  const said = sayings(seed)

  it('is read by the codec without a refusal and without a doubtful value', () => {
    expect(said.length).toBeGreaterThan(500)
    const doubtful = said.filter((one) => {
      const { refusals, readings, signals } = decodeRecord(encoded(one))
      return refusals.length > 0 || readings.some((r) => r.implausible) || signals.some((s) => s.malformed)
    })
    expect(doubtful).toEqual([])
  })

  it('comes out of the codec as it went in: device, time, every metric, every signal, every window', () => {
    for (const one of said) {
      const { payload, kind } = one.message
      const { device, readings, signals, motions } = decodeRecord(encoded(one))
      expect(device).toBe(one.device.id)
      expect(signals.map(({ signal, at }) => ({ signal, at }))).toEqual(
        payload.signal ? [{ signal: payload.signal, at: payload.at }] : expectedSignals(payload),
      )
      expect(Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))).toEqual(payload.readings ?? {})
      expect(new Set(readings.map(({ at }) => at))).toEqual(new Set(readings.length ? [payload.at] : []))
      expect(motions).toHaveLength(kind === 'motion' ? 1 : 0)
    }
  })

  it('travels in the urgent lane when it is a signal', () => {
    const slow = said.filter(({ message }) => message.kind === 'signals').filter((one) => !urgent(one))
    expect(slow).toEqual([])
  })
})

const hazards = ['smoke', 'gas', 'carbon_monoxide', 'water_leak'] as const

/** A reading of `smoke: 1` may be taken for the signal that it is. */
function expectedSignals({ readings = {}, at }: Record<string, unknown>) {
  return hazards
    .filter((hazard) => (readings as Record<string, number>)[hazard] === 1)
    .map((signal) => ({ signal, at }))
}

function urgent(one: Said): boolean {
  const { topic, payload } = encoded(one)
  return isUrgent(topic, payload)
}

it('every simulated device is in the demo, so that the rules above hold for all of them', () => {
  const shown = new Set(demoHomes.flatMap(({ devices }) => devices.map(({ kind }) => kind)))
  expect(shown).toEqual(new Set(Object.keys(deviceModels) as DeviceKind[]))
})
