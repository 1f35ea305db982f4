import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import { isMetric } from '../domain/metrics.ts'
import { seededRandom, seedOf } from '../domain/random.ts'
import { signals } from '../domain/signals.ts'
import type { Codec } from './codec.ts'
import { codecs } from './codecs.ts'
import { decodeRecord, type Message } from './decode.ts'
import type { Frame } from './frames.ts'
import { broken, brokenQuietly, noise, oneOf, upTo } from './test_mutations.ts'
import { isUrgent } from './urgent.ts'

/** The frames of every format, broken at random. FUZZ_SEED repeats a run, FUZZ_FRAMES makes it longer (CI: 40,000 a format). */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32))
const rounds = Number(process.env.FUZZ_FRAMES ?? 3_000)
const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)

type Format = { codec: Codec; frames: readonly Frame[] }

const bytesOf = (part: string | Uint8Array): Buffer => Buffer.from(part as Uint8Array)

/** The native codec has a fuzz test of its own. */
const formats: Format[] = await Promise.all(
  codecs.slice(1).map(async (codec) => {
    const file = join(import.meta.dirname, codec.name, 'frames.ts')
    const { frames } = existsSync(file) ? ((await import(file)) as { frames: Frame[] }) : { frames: [] }
    return { codec, frames }
  }),
)

const decode = (message: Pick<Message, 'topic' | 'payload'>): Decoded =>
  decodeRecord({ receivedAt, device: 'device-1', ...message }, { zoneMinutes: 480 })

/** What is wrong with an answer in itself. */
function insanities(decoded: Decoded, bytes: number): unknown[] {
  const { readings, signals: found, clears, refusals, warnings } = decoded
  const isLate = (at: number) => !(at >= limits.clockUnsetBefore && at <= receivedAt + limits.clockAheadMs)
  return [
    ...refusals.filter(({ code, detail }) => code === 'codec_failed' || detail.length > 300),
    ...warnings.filter(({ detail }) => detail.length > 300),
    ...refusals.slice(limits.refusalsPerMessage),
    ...readings.slice(bytes + 16),
    ...found.slice(bytes + 1),
    ...decoded.learned.slice(bytes + 1),
    ...decoded.announced.slice(bytes + 1),
    ...readings.filter(({ metric, value }) => !isMetric(metric) || !Number.isFinite(value) || Object.is(value, -0)),
    ...readings.filter(({ at }) => isLate(at)),
    ...found.filter(({ signal }) => !Object.hasOwn(signals, signal)),
    ...[...found, ...clears].filter(({ at }) => at !== undefined && Number.isNaN(new Date(at).getTime())),
    ...[...readings, ...found, ...clears].filter(
      ({ source }) => source !== undefined && !/^[A-Za-z0-9_.:-]{1,64}$/.test(source),
    ),
  ]
}

function complaints(codec: Codec, topic: string, payload: Buffer): unknown[] {
  try {
    codec.decode(topic, payload, { receivedAt })
  } catch (error) {
    return [error]
  }
  const decoded = decode({ topic, payload })
  const mustHurry = decoded.signals.length + decoded.clears.length > 0
  return [
    ...insanities(decoded, payload.length),
    ...(mustHurry && !isUrgent(topic, payload) ? ['it would not travel in the urgent lane'] : []),
  ]
}

const kinds = (decoded: Decoded): string[] => decoded.signals.map(({ signal }) => signal)

/** The same claim in a message whose other parts are broken. */
function brokenAround(frame: Frame, claim: Buffer, random: () => number, isBinary: boolean): Buffer {
  const whole = bytesOf(frame.payload)
  const at = whole.indexOf(claim)
  const before = Buffer.from(whole.subarray(0, at))
  const behind = whole.subarray(at + claim.length)
  const how = upTo(random, isBinary ? 1 : 2)
  if (how === 0) return Buffer.concat([before, claim])
  if (how === 1)
    return Buffer.concat([
      before,
      claim,
      isBinary ? Buffer.from(behind.map(() => upTo(random, 255))) : Buffer.from(', "x": }#'),
      behind,
    ])
  if (before.length > 0) before[upTo(random, before.length - 1)] = 0x20 + upTo(random, 94)
  return Buffer.concat([before, claim, behind])
}

const rates: string[] = []
afterAll(() => console.log(`signals out of noise, and out of broken frames that claim none\n${rates.join('\n')}`))

describe.each(formats)('$codec.name', ({ codec, frames }) => {
  test('has frames, each on a topic of its own, and what they claim is heard', () => {
    expect(frames.length).toBeGreaterThan(0)
    for (const { about, topic, payload, signal, claim } of frames) {
      const decoded = decode({ topic, payload: bytesOf(payload) })
      expect(codec.topics.length, about).toBeGreaterThan(0)
      if (signal) expect(kinds(decoded), about).toContain(signal)
      if (claim !== undefined) expect(bytesOf(payload).includes(bytesOf(claim)), about).toBe(true)
    }
  })

  test(`${rounds} frames broken at random, FUZZ_SEED=${seed}: no exception, nothing insane, no signal outside the urgent lane`, () => {
    const random = seededRandom(seedOf(seed, codec.name))
    const seeds = frames.map(({ payload }) => bytesOf(payload))
    for (let i = 0; i < rounds; i++) {
      const frame = oneOf(random, frames)
      const payload = broken(bytesOf(frame.payload), random, seeds)
      const found = complaints(codec, frame.topic, payload)
      if (found.length > 0)
        expect({ seed, frame: payload.toString('latin1'), topic: frame.topic, found }).toBe('without complaint')
    }
  }, 600_000)

  test('hardly a signal is invented from frames that claim none, with bytes changed, removed and moved', () => {
    const random = seededRandom(seedOf(seed, codec.name, 'quiet'))
    const silent = frames.filter(({ signal }) => signal === undefined)
    if (silent.length === 0) return
    let invented = 0
    for (let i = 0; i < rounds; i++) {
      const { topic, payload } = oneOf(random, silent)
      if (decode({ topic, payload: brokenQuietly(bytesOf(payload), random) }).signals.length > 0) invented++
    }
    rates.push(`${codec.name.padEnd(20)} of ${rounds} broken frames of ${silent.length} kinds: ${invented}`)
    // A bit of a status word that is set instead of another one is a signal as good as any.
    expect(invented / rounds).toBeLessThan(0.05)
  }, 600_000)

  test('no signal is invented from noise', () => {
    const random = seededRandom(seedOf(seed, codec.name, 'noise'))
    const topics = [...new Set(frames.map(({ topic }) => topic))]
    let invented = 0
    for (let i = 0; i < rounds; i++) {
      const message = { topic: oneOf(random, topics), payload: noise(random, 300) }
      if (decode(message).signals.length > 0) invented++
    }
    rates.push(`${codec.name.padEnd(20)} of ${rounds} of noise: ${invented}`)
    // Two letters can come by chance; what a format frames or spells cannot.
    expect(invented / rounds).toBeLessThan(0.001)
  }, 600_000)

  test('a claim is heard with all else broken', () => {
    const random = seededRandom(seedOf(seed, codec.name, 'claims'))
    const claiming = frames.filter(({ claim }) => claim !== undefined)
    for (let i = 0; i < Math.min(rounds, claiming.length * 300); i++) {
      const frame = claiming[i % claiming.length]!
      const payload = brokenAround(frame, bytesOf(frame.claim!), random, codec.isBinary === true)
      const heard = kinds(decode({ topic: frame.topic, payload }))
      if (!heard.includes(frame.signal!))
        expect({ seed, about: frame.about, payload: payload.toString('latin1') }).toBe(`heard as ${frame.signal}`)
    }
  }, 600_000)
})
