import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../codecs/decode.ts'
import { topicOf } from '../domain/topics.ts'
import type { Message } from '../simulators/devices/device.ts'
import { type Quirk, type QuirkName, quirks } from '../simulators/devices/quirks.ts'

const at = Date.UTC(2026, 2, 4, 2)
const names = Object.keys(quirks) as QuirkName[]

const samples: Message[] = [
  { kind: 'readings', payload: { at, seq: 1, readings: { heart_rate: 72, spo2: 97, activity: 12, battery: 80 } } },
  { kind: 'readings', payload: { at, seq: 257, readings: { activity: 70, steps: 900 } } },
  { kind: 'signals', payload: { at, seq: 3, signal: 'sos', confidence: 1, position: { lat: 39.65, lon: 106.79 } } },
  {
    kind: 'motion',
    payload: { at, seq: 4, rate_hz: 50, range_g: 4, placement: 'wrist', unit: 'g', x: [0], y: [0], z: [1] },
  },
]

const apply = (name: QuirkName, message: Message): Message[] => (quirks[name] as Quirk).apply(message)
const read = ({ kind, payload }: Message) =>
  decodeRecord({ topic: topicOf('device-1', kind), payload: Buffer.from(JSON.stringify(payload)), receivedAt: at + 50 })

/** What the front door makes of all samples with a quirk. */
function heard(name: QuirkName) {
  const decoded = samples.flatMap((message) => apply(name, message)).map(read)
  return {
    readings: decoded.flatMap(({ readings }) => readings).length,
    signals: decoded.flatMap(({ signals }) => signals),
    motions: decoded.flatMap(({ motions }) => motions).length,
    codes: [...new Set(decoded.flatMap(({ refusals }) => refusals.map(({ code }) => code)))],
  }
}

/** How many readings stand and what is refused, for every quirk. Without any: 6 readings, nothing refused. */
const expected: Record<QuirkName, { readings: number; codes: string[]; signals?: number }> = {
  battery_as_text: { readings: 5, codes: ['value_not_a_number'] },
  battery_null: { readings: 5, codes: [] },
  values_as_text: { readings: 0, codes: ['value_not_a_number'] },
  zero_for_none: { readings: 8, codes: [] },
  vendor_metric: { readings: 6, codes: ['metric_unknown'] },
  press_twice: { readings: 6, codes: [], signals: 2 },
  presses_again: { readings: 6, codes: [], signals: 2 },
  shouts: { readings: 6, codes: [] },
  no_fix: { readings: 6, codes: [] },
  no_time: { readings: 6, codes: [] },
  time_in_seconds: { readings: 6, codes: [] },
  time_without_zone: { readings: 0, codes: ['time_invalid'] },
  seq_wraps: { readings: 6, codes: [] },
  no_seq: { readings: 6, codes: [] },
  more_fields: { readings: 6, codes: [] },
}

describe.each(names)('the quirk %s', (name) => {
  it('costs what the contract says, and never a signal or a window', () => {
    const { readings, codes, signals, motions } = heard(name)
    const { signals: count = 1, ...rest } = expected[name]
    expect({ readings, codes }).toEqual(rest)
    expect(signals.map(({ signal }) => signal)).toEqual(Array.from({ length: count }, () => 'sos'))
    expect(motions).toBe(1)
  })

  it('does something, tells whose fault it is, and leaves the message that it was given alone', () => {
    const before = structuredClone(samples)
    expect(samples.flatMap((message) => apply(name, message))).not.toEqual(samples)
    expect(samples).toEqual(before)
    expect(quirks[name].text.length).toBeGreaterThan(20)
  })
})

it('only a time without a zone makes a press doubtful', () => {
  const doubtful = names.filter((name) => heard(name).signals.some((signal) => signal.malformed))
  expect(doubtful).toEqual(['time_without_zone'])
})

it('a press that is sent again after a restart carries its old time', () => {
  const times = heard('presses_again').signals.map((signal) => at - (signal.at ?? 0))
  expect(times).toEqual([6 * 3_600_000, 0])
})

it('readings without a time of their own, or with a wrong one, count at their receipt', () => {
  for (const name of ['no_time', 'time_in_seconds'] as const) {
    const times = samples.flatMap((message) => apply(name, message)).flatMap((message) => read(message).readings)
    expect(new Set(times.map((reading) => reading.at))).toEqual(new Set([at + 50]))
  }
})
