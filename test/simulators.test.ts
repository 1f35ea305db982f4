import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../codecs/decode.ts'
import { isUrgent } from '../codecs/urgent.ts'
import { topicOf } from '../domain/topics.ts'
import { demoHomes } from '../simulators/demo_plan.ts'
import { type DeviceKind, deviceModels } from '../simulators/devices/models.ts'
import type { Spoken } from '../simulators/home.ts'
import { createWorld } from '../simulators/world.ts'

/** 10 o'clock in the morning, Beijing time. */
const startAt = Date.UTC(2026, 2, 4, 2)
const HOUR = 3_600_000

const encoded = ({ device, message }: Spoken) => ({
  topic: topicOf(device.id, message.kind),
  payload: Buffer.from(JSON.stringify(message.payload)),
  receivedAt: Number(message.payload.at) + 40,
})

describe.each([1, 2, 3])('what the demo homes say in an hour, seed %i', (seed) => {
  const spoken = createWorld(demoHomes, { seed, startAt }).step(startAt + HOUR)

  it('is read by the codec without a refusal and without a doubtful value', () => {
    const doubtful = spoken.filter((said) => {
      const { refusals, readings, signals } = decodeRecord(encoded(said))
      return refusals.length > 0 || readings.some((r) => r.implausible) || signals.some((s) => s.malformed)
    })
    expect(doubtful).toEqual([])
  })

  it('comes out of the codec as it went in: device, time, every metric, every signal', () => {
    for (const said of spoken) {
      const { payload } = said.message
      const { device, readings, signals } = decodeRecord(encoded(said))
      expect(device).toBe(said.device.id)
      expect(signals.map(({ signal, at }) => ({ signal, at }))).toEqual(
        payload.signal ? [{ signal: payload.signal, at: payload.at }] : expectedSignals(payload),
      )
      expect(Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))).toEqual(payload.readings ?? {})
      expect(new Set(readings.map(({ at }) => at))).toEqual(new Set(readings.length ? [payload.at] : []))
    }
  })

  it('travels in the urgent lane when it is a signal', () => {
    const slow = spoken.filter(({ message }) => message.kind === 'signals').filter((said) => !urgent(said))
    expect(slow).toEqual([])
  })
})

/** A reading of `smoke: 1` may be taken for the signal that it is. */
function expectedSignals({ readings, at }: Record<string, unknown>) {
  return (readings as { smoke?: number })?.smoke === 1 ? [{ signal: 'smoke', at }] : []
}

function urgent(said: Spoken): boolean {
  const { topic, payload } = encoded(said)
  return isUrgent(topic, payload)
}

it('every simulated device is in the demo, so that the rules above hold for all of them', () => {
  const shown = new Set(demoHomes.flatMap(({ devices }) => devices.map(({ kind }) => kind)))
  expect(shown).toEqual(new Set(Object.keys(deviceModels) as DeviceKind[]))
})
