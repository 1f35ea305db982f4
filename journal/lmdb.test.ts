import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import type { Journal, JournalRecord } from './journal.ts'
import { openLmdbJournal } from './lmdb.ts'

let path: string
const open: Journal[] = []

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vigil-journal-'))
})
afterEach(async () => {
  for (const journal of open.splice(0)) await journal.close()
  await rm(path, { recursive: true })
})

async function opened(options: Partial<Parameters<typeof openLmdbJournal>[0]> = {}): Promise<Journal> {
  const journal = await openLmdbJournal({ path, clock: systemClock, diskReserveBytes: 0, ...options })
  open.push(journal)
  return journal
}

async function closed(journal: Journal): Promise<void> {
  open.splice(open.indexOf(journal), 1)
  await journal.close()
}

const record = (text: string, more: Partial<JournalRecord> = {}): JournalRecord => ({
  receivedAt: 1_000,
  topic: 'vigil/v1/watch-1/readings',
  principal: 'watch-1',
  device: 'watch-1',
  partition: 7,
  payload: Buffer.from(text),
  retained: false,
  refused: undefined,
  replayOf: undefined,
  ...more,
})

const textOf = (r: { payload: Uint8Array }) => Buffer.from(r.payload).toString()

/** A reader in a process of its own that is killed within a read, while it holds on to what it sees. */
async function killedWhileReading(path: string): Promise<void> {
  const script = `
    import { openLmdbJournal } from ${JSON.stringify(new URL('lmdb.ts', import.meta.url).href)}
    const journal = await openLmdbJournal({ path: ${JSON.stringify(path)}, readOnly: true, clock: { now: Date.now } })
    await journal.read('bulk', 0, 5)
    process.send('reading', () => {
      void journal.read('bulk', 0, 5)
      process.kill(process.pid, 'SIGKILL')
    })`
  const reader = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [said] = await once(reader, 'message')
  expect(said).toBe('reading')
  await once(reader, 'exit')
}

describe('the LMDB journal', () => {
  it('gives back every record whole, in the order of the calls', async () => {
    const journal = await opened()
    const texts = Array.from({ length: 500 }, (_, i) => `message ${i}`)
    const seqs = await Promise.all(texts.map((text) => journal.append('bulk', record(text))))
    expect(seqs).toEqual(texts.map((_, i) => i + 1))
    const read = await journal.read('bulk', 0, 1_000)
    expect(read.map(textOf)).toEqual(texts)
    expect(read[3]).toMatchObject({ lane: 'bulk', seq: 4, topic: 'vigil/v1/watch-1/readings', partition: 7 })
  })

  it('keeps what a record says of itself, absent stays absent', async () => {
    const journal = await opened()
    await journal.append('urgent', record('a', { retained: true, refused: 'topic_foreign', replayOf: 'bulk-3' }))
    await journal.append('urgent', record('b', { principal: undefined, device: undefined }))
    const [a, b] = await journal.read('urgent', 0, 10)
    expect(a).toMatchObject({ retained: true, refused: 'topic_foreign', replayOf: 'bulk-3' })
    expect(b).toMatchObject({ principal: undefined, device: undefined, refused: undefined, replayOf: undefined })
  })

  it('numbers each lane on its own and reads after a position', async () => {
    const journal = await opened()
    await journal.append('bulk', record('b1'))
    await journal.append('bulk', record('b2'))
    expect(await journal.append('urgent', record('u1'))).toBe(1)
    expect((await journal.read('bulk', 1, 10)).map(textOf)).toEqual(['b2'])
    expect(await journal.head('bulk')).toBe(2)
    expect(await journal.head('urgent')).toBe(1)
  })

  it('goes on with the next number after it was closed and opened, also when all was trimmed', async () => {
    const first = await opened()
    for (const text of ['a', 'b', 'c']) await first.append('bulk', record(text))
    await first.trim('bulk', { consumed: 3, keepMs: 0, mostBytes: 0 })
    await closed(first)
    const second = await opened()
    expect(await second.append('bulk', record('d'))).toBe(4)
  })

  it('goes on above a number that is told, and never below its own', async () => {
    const journal = await opened()
    journal.continueAfter('urgent', 41)
    expect(await journal.append('urgent', record('a'))).toBe(42)
    journal.continueAfter('urgent', 7)
    expect(await journal.append('urgent', record('b'))).toBe(43)
    expect((await journal.read('urgent', 41, 10)).map(textOf)).toEqual(['a', 'b'])
  })

  it('trims by age only what every consumer is past', async () => {
    const clock = virtualClock(10_000)
    const journal = await opened({ clock })
    for (let i = 0; i < 10; i++) await journal.append('bulk', record(`${i}`, { receivedAt: 1_000 }))
    for (let i = 0; i < 10; i++) await journal.append('bulk', record(`${i}`, { receivedAt: 9_000 }))
    const rule = { keepMs: 5_000, mostBytes: Number.MAX_SAFE_INTEGER }
    expect(await journal.trim('bulk', { ...rule, consumed: 4 })).toBe(4)
    expect((await journal.read('bulk', 0, 1))[0]?.seq).toBe(5)
  })

  it('keeps what is young enough', async () => {
    const clock = virtualClock(10_000)
    const journal = await opened({ clock })
    for (let i = 0; i < 10; i++) await journal.append('bulk', record(`${i}`, { receivedAt: 9_000 }))
    const rule = { keepMs: 5_000, mostBytes: Number.MAX_SAFE_INTEGER, consumed: 10 }
    expect(await journal.trim('bulk', rule)).toBe(0)
  })

  it('trims by size what is young but consumed', async () => {
    const journal = await opened()
    const big = 'x'.repeat(1_000)
    await Promise.all(Array.from({ length: 3_000 }, () => journal.append('bulk', record(big))))
    const removed = await journal.trim('bulk', { consumed: 3_000, keepMs: Number.MAX_SAFE_INTEGER, mostBytes: 1e6 })
    expect(removed).toBeGreaterThanOrEqual(1_000)
    expect(removed).toBeLessThan(3_000)
  })

  it('does not grow for ever because a reader was killed while it read', async () => {
    const journal = await opened()
    const payload = Buffer.alloc(20_000)
    const fill = () => Promise.all(Array.from({ length: 100 }, () => journal.append('bulk', record('', { payload }))))
    await fill()
    await killedWhileReading(path)
    for (let round = 0; round < 30; round++) {
      const consumed = (await fill()).at(-1) ?? 0
      await journal.trim('bulk', { consumed, keepMs: 0, mostBytes: 0 })
    }
    expect((await stat(join(path, 'bulk.mdb'))).size).toBeLessThan(20 * 1024 ** 2)
  })

  it('reads fewer of large records, and all of them in the end', async () => {
    const journal = await opened()
    const large = 'x'.repeat(3_000_000)
    await Promise.all(Array.from({ length: 5 }, () => journal.append('bulk', record(large))))
    const first = await journal.read('bulk', 0, 1_000)
    expect(first.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect((await journal.read('bulk', 3, 1_000)).map(({ seq }) => seq)).toEqual([4, 5])
  })

  it('refuses a second writer and admits any number of readers', async () => {
    const writer = await opened()
    await expect(opened()).rejects.toMatchObject({ code: 'journal_unwritable' })
    const reader = await opened({ readOnly: true })
    await writer.append('urgent', record('seen'))
    await reader.waitBeyond('urgent', 0, new AbortController().signal)
    expect((await reader.read('urgent', 0, 10)).map(textOf)).toEqual(['seen'])
  })

  it('cannot be read before a writer has made it', async () => {
    await expect(opened({ readOnly: true })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('at its size limit refuses bulk and still takes what is urgent', async () => {
    const clock = virtualClock()
    const journal = await opened({ clock, laneBytes: 100_000 })
    await Promise.all(Array.from({ length: 300 }, () => journal.append('bulk', record('x'.repeat(1_000)))))
    await clock.advance(1_000)
    await expect.poll(() => journal.append('bulk', record('one more')).catch((err) => err.code)).toBe('journal_full')
    expect(await journal.append('urgent', record('sos'))).toBe(1)
  })

  it('ends a wait when told to', async () => {
    const journal = await opened()
    const stopping = new AbortController()
    const waiting = journal.waitBeyond('urgent', 0, stopping.signal)
    stopping.abort()
    await waiting
  })
})
