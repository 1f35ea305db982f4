import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../../domain/clock.ts'
import { day } from '../home/test_home.ts'
import { atLocal } from '../life/calendar.ts'
import { parseTruth } from '../truth.ts'
import { type OfflineAccount, type OfflineOptions, runOffline } from './offline.ts'

const from = atLocal(day, 0)
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-offline-'))
})
afterEach(() => rm(folder, { recursive: true }))

const optionsOf = (name: string, more: Partial<OfflineOptions> = {}): OfflineOptions => ({
  folder: join(folder, name),
  from,
  days: 1,
  homes: 2,
  seed: 3,
  eventful: 20,
  speed: Number.POSITIVE_INFINITY,
  clock: systemClock,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...more,
})

const read = (name: string, file: string): Promise<string> => readFile(join(folder, name, file), 'utf8')

type Line = { at: string; device: string; topic: string; payload: { seq: number } }
const linesOf = async (name: string): Promise<Line[]> =>
  (await read(name, 'messages.jsonl'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)

describe('an offline run', () => {
  it('writes every message with its time, device and topic, in order, and the truth with its end', async () => {
    const account = await runOffline(optionsOf('a'))
    const lines = await linesOf('a')
    expect(account).toMatchObject({ homes: 2, messages: lines.length, simulated: 24 * 3_600_000 })
    expect(lines.length).toBeGreaterThan(2_000)
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).sort())
    expect(lines.every(({ topic, device }) => topic.startsWith(`vigil/v1/${device}/`))).toBe(true)
    const truth = parseTruth(await read('a', 'truth.jsonl'))
    expect(truth.run).toMatchObject({ seed: 3, from, homes: [{ id: 'sim-3-0' }, { id: 'sim-3-1' }] })
    expect(truth.facts).toHaveLength(account.facts)
    expect(truth.facts.length).toBeGreaterThan(3)
    expect(truth.end).toEqual({ at: from + 24 * 3_600_000, facts: account.facts, messages: lines.length })
    const bytes = (await read('a', 'messages.jsonl')).length + Buffer.byteLength(await read('a', 'truth.jsonl'))
    expect(account.bytes).toBe(bytes)
  })

  it('writes the same bytes for the same seed, and others for another', async () => {
    await runOffline(optionsOf('a'))
    await runOffline(optionsOf('b'))
    await runOffline(optionsOf('c', { seed: 4 }))
    for (const file of ['messages.jsonl', 'truth.jsonl']) expect(await read('a', file)).toBe(await read('b', file))
    expect(await read('c', 'messages.jsonl')).not.toBe(await read('a', 'messages.jsonl'))
  })

  it('never writes over another', async () => {
    await runOffline(optionsOf('a'))
    const before = await read('a', 'messages.jsonl')
    await expect(runOffline(optionsOf('a', { seed: 9 }))).rejects.toThrow('is there already: name another folder')
    expect(await read('a', 'messages.jsonl')).toBe(before)
  })

  it('leaves nothing behind where only one of the files is there already', async () => {
    await writeFile(join(folder, 'messages.jsonl'), 'mine')
    await expect(runOffline(optionsOf('.'))).rejects.toThrow('messages.jsonl is there already')
    await expect(read('.', 'truth.jsonl')).rejects.toThrow('ENOENT')
    expect(await read('.', 'messages.jsonl')).toBe('mine')
  })

  it('goes no faster than asked for', async () => {
    const clock = virtualClock()
    const began = clock.now()
    let account: OfflineAccount | undefined
    const told: number[] = []
    const onProgress = ({ simulated }: OfflineAccount) => told.push(simulated / (clock.now() - began))
    const run = runOffline(optionsOf('a', { clock, speed: 3_600, homes: 1, onProgress })).then((done) => {
      account = done
    })
    while (!account) await clock.advance(100)
    await run
    expect(account.took).toBeGreaterThanOrEqual(24_000)
    // How often it is told depends on how long the disk takes while the clock goes on.
    expect(told.length).toBeGreaterThan(0)
    for (const speed of told) expect(speed).toBeLessThanOrEqual(3_600)
  })

  it('ends early with whole lines and the end of the truth when it is told to', async () => {
    const stop = new AbortController()
    const clock = virtualClock()
    let account: OfflineAccount | undefined
    const onProgress = ({ simulated }: OfflineAccount) => {
      if (simulated > 3 * 3_600_000) stop.abort()
    }
    const run = runOffline(optionsOf('a', { clock, speed: 3_600, signal: stop.signal, onProgress })).then((done) => {
      account = done
    })
    while (!account) await clock.advance(100)
    await run
    expect(account.simulated).toBeGreaterThan(3 * 3_600_000)
    expect(account.simulated).toBeLessThan(24 * 3_600_000)
    const { end } = parseTruth(await read('a', 'truth.jsonl'))
    expect(end).toEqual({ at: from + account.simulated, facts: account.facts, messages: account.messages })
    expect(await linesOf('a')).toHaveLength(account.messages)
  })
})
