import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { codecs } from '../../codecs/codecs.ts'
import { decodeRecord } from '../../codecs/decode.ts'
import type { Frame } from '../../codecs/frames.ts'
import { broken, oneOf } from '../../codecs/test_mutations.ts'
import { isUrgent } from '../../codecs/urgent.ts'
import { limits } from '../../domain/limits.ts'
import { seededRandom } from '../../domain/random.ts'

/** What one format costs. CPU in microseconds a message; `worstMs` is the longest single decoding of a broken frame. */
export type Cost = {
  name: string
  frames: number
  bytes: number
  decode: number
  urgent: number
  worstMs: number
  hugeMs: number
}

export type CodecsOptions = { messages: number; broken: number; seed: number }

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)

/** The cost of every format over its own frames, and of its worst broken frame. Native stands first, by which to compare. */
export async function measureCodecs(options: CodecsOptions, say: (line: string) => void): Promise<Cost[]> {
  const costs: Cost[] = []
  for (const { name } of codecs) {
    const frames = name === 'native' ? nativeFrames : await framesOf(name)
    if (frames.length === 0) continue
    say(name)
    costs.push(costOf(name, frames, options))
  }
  return costs
}

const nativeFrames: Frame[] = [
  {
    about: 'three readings',
    topic: 'vigil/v1/watch-1/readings',
    payload: `{"at":${receivedAt},"seq":4711,"readings":{"heart_rate":72,"spo2":97,"battery":81}}`,
  },
]

async function framesOf(name: string): Promise<Frame[]> {
  const file = join(import.meta.dirname, '..', '..', 'codecs', name, 'frames.ts')
  return existsSync(file) ? ((await import(file)) as { frames: Frame[] }).frames : []
}

type Ready = { topic: string; payload: Buffer }

function costOf(name: string, frames: Frame[], { messages, broken: many, seed }: CodecsOptions): Cost {
  const ready = frames.map(({ topic, payload }): Ready => ({ topic, payload: Buffer.from(payload as Uint8Array) }))
  const all = Array.from({ length: messages }, (_, i) => ready[i % ready.length]!)
  const decode = ({ topic, payload }: Ready) =>
    decodeRecord({ topic, payload, receivedAt, device: 'd' }, { zoneMinutes: 480 })
  const urgent = ({ topic, payload }: Ready) => isUrgent(topic, payload)
  return {
    name,
    frames: frames.length,
    bytes: Math.round(ready.reduce((sum, { payload }) => sum + payload.length, 0) / ready.length),
    decode: cpuOf(all, decode),
    urgent: cpuOf(all, urgent),
    worstMs: worstOf(brokenOf(ready, many, seed), decode),
    hugeMs: worstOf(ready.map(huge), decode),
  }
}

/** CPU microseconds for each, after a run to warm up. */
function cpuOf(all: Ready[], work: (one: Ready) => unknown): number {
  for (const one of all) work(one)
  const before = process.cpuUsage()
  for (const one of all) work(one)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / all.length
}

function* brokenOf(ready: Ready[], many: number, seed: number): Generator<Ready> {
  const random = seededRandom(seed)
  const seeds = ready.map(({ payload }) => payload)
  for (let i = 0; i < many; i++) {
    const { topic, payload } = oneOf(random, ready)
    yield { topic, payload: broken(payload, random, seeds) }
  }
}

/** The frame over and over, up to the largest payload that is taken. */
function huge({ topic, payload }: Ready): Ready {
  const times = Math.max(1, Math.floor(limits.payloadBytes / Math.max(1, payload.length)))
  return { topic, payload: Buffer.concat(Array.from({ length: times }, () => payload)) }
}

function worstOf(all: Iterable<Ready>, work: (one: Ready) => unknown): number {
  let worst = 0
  for (const one of all) {
    const from = performance.now()
    work(one)
    worst = Math.max(worst, performance.now() - from)
  }
  return worst
}

/** The table for people. */
export function linesOf(costs: Cost[]): string[] {
  const native = costs.find(({ name }) => name === 'native')
  const head = [
    'format',
    'frames',
    'bytes',
    'decode µs',
    'of native',
    'at the door µs',
    'worst broken ms',
    '256 KiB ms',
  ]
  const rows = costs.map(({ name, frames, bytes, decode, urgent, worstMs, hugeMs }) => [
    name,
    `${frames}`,
    `${bytes}`,
    decode.toFixed(1),
    native ? (decode / native.decode).toFixed(1) : '',
    urgent.toFixed(1),
    worstMs.toFixed(1),
    hugeMs.toFixed(1),
  ])
  return [head, ...rows].map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(16))).join(''))
}
