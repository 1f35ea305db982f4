import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import { isMetric } from '../domain/metrics.ts'
import { seededRandom } from '../domain/random.ts'
import { signals } from '../domain/signals.ts'
import { decodeRecord } from './decode.ts'
import { broken, oneOf } from './test_mutations.ts'
import { isUrgent } from './urgent.ts'

/** Frames broken at random. FUZZ_SEED repeats a run, FUZZ_FRAMES makes it longer. */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32))
const frames = Number(process.env.FUZZ_FRAMES ?? 20_000)
const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)

const seeds = [
  { at: receivedAt, seq: 4711, readings: { heart_rate: 72, spo2: 97, battery: 81 } },
  { at: '2026-11-22T08:15:30.250Z', readings: { smoke: 0, gas: 0, water_leak: 1, mood: null } },
  { at: receivedAt, signal: 'sos', confidence: 1, position: { lat: 39.6, lon: 106.7, accuracy_m: 12, datum: 'WGS84' } },
  { signal: 'sos' },
  { signal: 'fall-detected', at: null, readings: { heart_rate: 120 }, test: true },
  [{ signal: 'sos', at: 1 }, { readings: { spo2: 97 } }, { signal: 'Water Leak' }],
  { rate_hz: 50, range_g: 4, placement: 'wrist', unit: 'm/s2', x: [0, 1], y: [0, 2], z: [9.8, 30] },
  { online: true, firmware: '1.0', signal: -67 },
  [
    { bn: 'urn:dev:mac:01/', bt: 1_795_335_330, n: 'heart_rate', u: 'beat/min', v: 72 },
    { n: 'sos', vb: true, t: -3 },
  ],
  [
    { n: 'smoke', v: 0 },
    { n: 'co', bv: 1, u: '/' },
    { n: 'signal', vs: 'Fire' },
    { n: 'lat', u: 'lat', v: 39 },
  ],
  { type: 'panic', fall: 'ON', data: '{"signal":"sos"}' },
].map((value) => Buffer.from(JSON.stringify(value)))

const topics = ['readings', 'signals', 'signals', 'motion', 'status']
  .map((kind) => `vigil/v1/watch-1/${kind}`)
  .concat('x/y')

/** What is wrong with an answer in itself. Plain comparisons: an `expect` for each reading would take minutes. */
function insanities({ readings, signals: found, refusals }: Decoded, bytes: number): unknown[] {
  const isLate = (at: number) => at < limits.clockUnsetBefore || at > receivedAt + limits.clockAheadMs
  return [
    ...refusals.slice(limits.refusalsPerMessage),
    ...refusals.filter(({ code, detail }) => code === 'codec_failed' || detail.length > 200),
    ...readings.slice(bytes),
    ...readings.filter(({ metric, value }) => !isMetric(metric) || !Number.isFinite(value) || Object.is(value, -0)),
    ...readings.filter(({ at }) => isLate(at)),
    ...found.slice(bytes),
    ...found.filter(({ signal }) => !Object.hasOwn(signals, signal)),
    ...found.filter(({ at }) => at !== undefined && Number.isNaN(new Date(at).getTime())),
  ]
}

/** What is wrong with the answers to a frame; nothing, it is hoped. */
function complaints(topic: string, payload: Buffer): unknown[] {
  const message = { topic, payload, receivedAt }
  const decoded = decodeRecord(message)
  const kinds = decoded.signals.map(({ signal }) => signal)
  const refused = decodeRecord({ ...message, payload: Uint8Array.from(payload), refused: 'topic_foreign' })
  const isIntact = topic.endsWith('/signals') && payload.includes('"signal":"sos"')
  return [
    ...insanities(decoded, payload.length),
    ...(isIntact && !kinds.includes('sos') ? ['an intact SOS was lost'] : []),
    ...(kinds.length > 0 && !isUrgent(topic, payload) ? [`${kinds} would not travel in the urgent lane`] : []),
    ...(isDeepStrictEqual(refused.signals, decoded.signals) ? [] : ['not the same signals a second time, refused']),
    ...refused.readings,
    ...refused.motions,
  ]
}

describe('frames broken at random', () => {
  test(`${frames} of them, FUZZ_SEED=${seed}: no exception, no intact SOS lost, no signal outside the urgent lane`, () => {
    const random = seededRandom(seed)
    for (let i = 0; i < frames; i++) {
      const frame = broken(oneOf(random, seeds), random, seeds)
      const topic = oneOf(random, topics)
      const found = complaints(topic, frame)
      if (found.length > 0) expect({ seed, frame: frame.toString('latin1'), topic, found }).toBe('without complaint')
    }
  }, 120_000)
})

describe('frames that break parsers', () => {
  const sos = '"signal":"sos"'
  test.each<[string, string | Buffer]>([
    ['two megabytes', `{"a":"${'x'.repeat(2 ** 21)}",${sos}}`],
    ['two megabytes of quotes', `{${sos},"a":${'"'.repeat(2 ** 21)}`],
    ['two megabytes of brackets', '['.repeat(2 ** 21) + sos],
    ['two megabytes of backslashes', `{${sos},"a":"${'\\'.repeat(2 ** 21)}`],
    ['two megabytes of the word signal', `{${sos},${'signal '.repeat(2 ** 18)}`],
    ['two megabytes of gaps after it', `{${sos},"signal"${' '.repeat(2 ** 21)}:`],
    ['two megabytes of half a word', `{${sos},${'water '.repeat(2 ** 18)}`],
    ['two megabytes of sos1', `{"${'sos1'.repeat(2 ** 19)}":0,${sos}}`],
    ['as many spaces as allowed', `{"a":NaN${' '.repeat(limits.payloadBytes - 40)}x,${sos}}`],
    ['two megabytes of NUL', Buffer.concat([Buffer.from(`{${sos}}`), Buffer.alloc(2 ** 21)])],
    ['a huge number', `{${sos},"confidence":${'9'.repeat(100_000)}}`],
    ['a deep object', `${'{"a":'.repeat(40_000)}{${sos}}`],
    ['a hundred thousand keys', `{${sos},${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ['keys of every object', `{"__proto__":{"x":1},"constructor":1,"toString":2,${sos}}`],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from(`{${sos},"n":"`), Buffer.from([0xf8, 0xc0, 0x80, 0xff]), Buffer.from('"}')]),
    ],
    ['lone surrogates', `{${sos},"n":"\\ud800"}`],
  ])('%s: the SOS is heard on every topic', (_, payload) => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    for (const topic of ['vigil/v1/watch-1/readings', 'vigil/v1/watch-1/signals', 'x/y']) {
      expect(complaints(topic, bytes)).toEqual([])
      expect(decodeRecord({ topic, payload: bytes, receivedAt }).signals).toMatchObject([{ signal: 'sos' }])
    }
  })
})
