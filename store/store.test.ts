import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import type { Ticket } from '../domain/ticket.ts'
import { type Engine, onBothEngines, type Place } from '../test/engines.ts'
import { appendEvent, lastEvent, readEvents } from './events.ts'
import type { Store, Tx } from './store.ts'

const event = (tx: Tx, ticket: string) =>
  appendEvent(tx, { type: 'ticket.opened', at: 1, ticket: { id: ticket } as Ticket, areaPath: null, sharedWith: [] })

const writer = fileURLToPath(new URL('../test/store_writer.ts', import.meta.url))
const writerArgs = (place: Place, name: string, events: number) => [writer, JSON.stringify(place), name, String(events)]
const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

onBothEngines((engine) => {
  test('two processes that start at once on an empty database number their events without gap or double', async () => {
    const place = await engine.place()
    const run = (name: string) => promisify(execFile)(process.execPath, writerArgs(place, name, 40))
    await Promise.all([run('a'), run('b')])
    const events = await readEvents((await engine.open(place)).db, 0, 1_000)
    expect(events.map(({ seq }) => seq)).toEqual(oneTo(80))
    const expected = oneTo(40).flatMap((i) => [`a-${i}`, `b-${i}`])
    expect(events.map(({ ticket_id }) => ticket_id).sort()).toEqual(expected.sort())
  })

  test('what a killed process was told is written is there, and its lock is gone', async () => {
    const place = await engine.place()
    const child = spawn(process.execPath, writerArgs(place, 'k', 100_000), { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const told: string[] = []
    for await (const line of createInterface(child.stdout)) {
      told.push(line)
      if (told.length === 20) child.kill('SIGKILL')
    }
    await ended
    const store = await engine.open(place)
    const kept = (await readEvents(store.db, 0, 100_000)).map(({ ticket_id }) => ticket_id)
    expect(kept.slice(0, told.length)).toEqual(told)
    expect(await store.write((tx) => event(tx, 'after'))).toBe(kept.length + 1)
  })

  test('a write that fails leaves nothing, not even a gap in the numbers', async () => {
    const store = await engine.open()
    await store.write((tx) => event(tx, 'first'))
    const failing = store.write(async (tx) => {
      await event(tx, 'lost')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await store.write((tx) => event(tx, 'second'))).toBe(2)
    expect((await readEvents(store.db, 0, 9)).map(({ ticket_id }) => ticket_id)).toEqual(['first', 'second'])
  })

  test('writes of two stores on one database never run between each other', async () => {
    const place = await engine.place()
    const stores = [await engine.open(place), await engine.open(place)]
    const readThenSet = (store: Store) =>
      store.write(async (tx) => {
        const before = await lastEvent(tx)
        await tx.deleteFrom('counters').execute()
        await tx
          .insertInto('counters')
          .values({ name: 'event', value: before + 1 })
          .execute()
      })
    await Promise.all(oneTo(60).map((i) => readThenSet(stores[i % 2]!)))
    expect(await lastEvent(stores[0]!.db)).toBe(60)
  })

  test('reads neither wait for a write nor see it before it is done', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await event(tx, 'half done')
      expect(await lastEvent(store.db)).toBe(0)
    })
    expect(await lastEvent(store.db)).toBe(1)
  })

  test('changes are possible in write only', async () => {
    const store = await engine.open()
    const change = store.db.insertInto('counters').values({ name: 'event', value: 7 }).execute()
    await expect(change).rejects.toThrow(/read-?only/)
  })

  test('references are enforced', async () => {
    const store = await engine.open()
    const orphan = { id: 'h', area: 'nowhere', address: 'x', lat: null, lon: null, notes: null }
    const adding = store.write((tx) => tx.insertInto('homes').values(orphan).execute())
    await expect(adding).rejects.toThrow(/foreign key/i)
  })

  test('opening again finds everything as it was', async () => {
    const place = await engine.place()
    const before = await engine.open(place)
    await before.write((tx) => event(tx, 'kept'))
    await before.close()
    expect((await readEvents((await engine.open(place)).db, 0, 9)).map(({ ticket_id }) => ticket_id)).toEqual(['kept'])
  })

  test('closing waits for the writes that were called before', async () => {
    const place = await engine.place()
    const store = await engine.open(place)
    const writes = oneTo(5).map((i) => store.write((tx) => event(tx, `t-${i}`)))
    await store.close()
    expect(await Promise.all(writes)).toEqual(oneTo(5))
    expect(await lastEvent((await engine.open(place)).db)).toBe(5)
  })

  if (engine.name === 'sqlite') onlySqlite(engine)
  else onlyPostgres(engine)
})

function onlySqlite(engine: Engine): void {
  test('a commit is on the disk: WAL with synchronous=FULL', async () => {
    const store = await engine.open()
    const settings = await store.write(async (tx) => ({
      ...(await sql<Record<string, unknown>>`pragma journal_mode`.execute(tx)).rows[0],
      ...(await sql<Record<string, unknown>>`pragma synchronous`.execute(tx)).rows[0],
    }))
    expect(settings).toEqual({ journal_mode: 'wal', synchronous: 2 })
  })

  test('closing leaves one file, whether it was read or not', async () => {
    const place = await engine.place()
    const store = await engine.open(place)
    await store.close()
    expect(await readdir(place.data)).toEqual(['store.sqlite'])
  })

  test('stores of one process on one file take turns by themselves, with the clock at a standstill', async () => {
    const place = await engine.place()
    const stores = [await engine.open(place, virtualClock()), await engine.open(place, virtualClock())]
    const seqs = await Promise.all(oneTo(20).map((i) => stores[i % 2]!.write((tx) => event(tx, `t-${i}`))))
    expect(seqs).toEqual(oneTo(20))
  })

  test("another process's lock is waited for on the clock, with the event loop free", async () => {
    const place = await engine.place()
    const other = { database: undefined as DatabaseSync | undefined }
    const sleeps: number[] = []
    const clock = {
      ...systemClock,
      async sleep(ms: number) {
        sleeps.push(ms)
        if (sleeps.length === 3) other.database?.exec('rollback')
      },
    }
    const store = await engine.open(place, clock)
    other.database = new DatabaseSync(join(place.data, 'store.sqlite'))
    other.database.exec('begin immediate')
    let runs = 0
    const written = await store.write((tx) => {
      runs++
      return event(tx, 'patient')
    })
    expect([written, runs]).toEqual([1, 1])
    expect(sleeps).toEqual([1, 2, 4])
    other.database.close()
  })
}

function onlyPostgres(engine: Engine): void {
  test('a commit is on the disk, even where the server is set to answer sooner', async () => {
    const place = await engine.place()
    const name = new URL(place.url!).pathname.slice(1)
    const store = await engine.open(place)
    await store.write((tx) => sql`alter database ${sql.id(name)} set synchronous_commit = off`.execute(tx))
    const again = await engine.open(place)
    const { rows } = await again.write((tx) => sql`show synchronous_commit`.execute(tx))
    expect(rows).toEqual([{ synchronous_commit: 'on' }])
  })
}
