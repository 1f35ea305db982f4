import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Clock, systemClock, virtualClock } from '../domain/clock.ts'
import type { Ticket } from '../domain/ticket.ts'
import { startPostgres, type TestPostgres } from '../test/postgres.ts'
import { needs } from '../test/real_parts.ts'
import { appendEvent, lastEvent, readEvents } from './events.ts'
import { openStore } from './open.ts'
import { openPostgres } from './postgres.ts'
import type { Store, Tx } from './store.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const event = (tx: Tx, ticket: string) =>
  appendEvent(tx, { type: 'ticket.opened', at: 1, ticket: { id: ticket } as Ticket, areaPath: null, sharedWith: [] })
const ticketsOf = async (store: Store) => (await readEvents(store.db, 0, 99)).map(({ ticket_id }) => ticket_id)

/** These stop the server or sit between it and us, so they need one of our own. */
const ownServer = needs('postgres') && !process.env.TEST_DATABASE_URL

describe.skipIf(!ownServer)('PostgreSQL goes away', () => {
  let server: TestPostgres
  const stores: Store[] = []
  const open = async (url: string, clock: Clock = systemClock) => {
    const store = await openStore({ url, data: '', clock })
    stores.push(store)
    return store
  }
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await server.start()
    await Promise.all(stores.map((store) => store.close()))
    await server.close()
  })

  test('a write waits for the server to come back, and reads work again after', async () => {
    const pauses: number[] = []
    const clock = {
      ...systemClock,
      async sleep(ms: number) {
        pauses.push(ms)
        if (pauses.length === 3) await server.start()
      },
    }
    const store = await open(await server.freshDatabase(), clock)
    await store.write((tx) => event(tx, 'before'))
    await server.stop()
    await store.write((tx) => event(tx, 'after'))
    expect(pauses.slice(0, 3)).toEqual([50, 100, 200])
    expect(await ticketsOf(store)).toEqual(['before', 'after'])
  })

  test('a server that dies in the middle of a transaction leaves nothing of it, and the work runs again', async () => {
    const store = await open(await server.freshDatabase())
    let runs = 0
    await store.write(async (tx) => {
      runs++
      await event(tx, `run ${runs}`)
      if (runs > 1) return
      await server.stop()
      await server.start()
      await event(tx, 'never')
    })
    expect(await ticketsOf(store)).toEqual(['run 2'])
  })

  test('a server that stays away is given up on after 20 s, with its error', async () => {
    const clock = virtualClock()
    let slept = 0
    const impatient: Clock = {
      ...clock,
      async sleep(ms) {
        slept += ms
        await clock.advance(ms)
      },
    }
    const store = await open(await server.freshDatabase(), impatient)
    await server.stop()
    await expect(store.write((tx) => event(tx, 'lost'))).rejects.toThrow(/ENOENT|ECONNREFUSED/)
    expect(slept).toBeGreaterThanOrEqual(20_000)
    expect(slept).toBeLessThan(23_000)
    await server.start()
    expect(await lastEvent(store.db)).toBe(0)
  })

  test('a server that falls silent without a word is not waited for: the work runs again on a new connection', async () => {
    const direct = await server.freshDatabase()
    const between = await silentLink(direct)
    await open(direct)
    const store = await openPostgres({ url: between.url, clock: systemClock, silentMs: 300 })
    stores.push(store)
    await store.write((tx) => event(tx, 'before'))
    between.silence()
    await store.write((tx) => event(tx, 'after'))
    expect(await ticketsOf(store)).toEqual(['before', 'after'])
    await store.close()
    await between.close()
  })

  test('an error of the work itself is not tried again', async () => {
    const store = await open(await server.freshDatabase())
    let runs = 0
    const failing = store.write(async (tx) => {
      runs++
      await sql`select 1 / 0`.execute(tx)
    })
    await expect(failing).rejects.toThrow('division by zero')
    expect(runs).toBe(1)
  })

  test.each([
    { cut: 'before' as const, says: 'COMMIT never arrives: the work runs again', runs: 2 },
    { cut: 'after' as const, says: 'COMMIT is done but its answer is lost: the work is not run again', runs: 1 },
  ])('$says', async ({ cut, runs }) => {
    const direct = await server.freshDatabase()
    const between = await cutAtCommit(direct, cut)
    const store = await open(between.url)
    const work = { runs: 0 }
    between.arm()
    const seq = await store.write((tx) => {
      work.runs++
      return event(tx, `run ${work.runs}`)
    })
    expect(seq).toBe(1)
    expect(work.runs).toBe(runs)
    expect(await ticketsOf(store)).toEqual([`run ${runs}`])
    expect(between.cuts()).toBe(1)
    await store.close()
    await between.close()
  })
})

/** A link to the server on which, once told, nothing passes any more on the connections that are open. */
async function silentLink(direct: string) {
  const target = new URL(direct)
  const path = join(decodeURIComponent(target.hostname), '.s.PGSQL.5432')
  const open = new Set<Socket>()
  const link = createServer((client) => {
    const upstream = createConnection(path)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {}).on('close', () => open.delete(socket))
    }
    client.pipe(upstream).pipe(client)
  })
  link.listen(0, '127.0.0.1')
  await once(link, 'listening')
  return {
    url: `postgres://postgres@127.0.0.1:${(link.address() as AddressInfo).port}${target.pathname}`,
    silence() {
      for (const socket of open) socket.unpipe().pause()
    },
    async close() {
      for (const socket of open) socket.destroy()
      link.close()
      await once(link, 'close')
    },
  }
}

/** A link to the server that, once armed, breaks at the next COMMIT: before the server sees it, or after it answered. */
async function cutAtCommit(direct: string, cut: 'before' | 'after') {
  const state = { armed: false, cuts: 0 }
  const target = new URL(direct)
  const path = join(decodeURIComponent(target.hostname), '.s.PGSQL.5432')
  const breakLink = (client: Socket, upstream: Socket) => {
    state.cuts++
    client.destroy()
    upstream.destroy()
  }
  const link = createServer((client) => {
    const upstream = createConnection(path)
    const ends = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', ends).on('close', ends)
    let committing = false
    client.on('data', (bytes) => {
      committing = state.armed && bytes.includes('commit\0')
      if (committing) state.armed = false
      if (committing && cut === 'before') breakLink(client, upstream)
      else upstream.write(bytes)
    })
    upstream.on('data', (bytes) => (committing ? breakLink(client, upstream) : client.write(bytes)))
  })
  link.listen(0, '127.0.0.1')
  await once(link, 'listening')
  const url = `postgres://postgres@127.0.0.1:${(link.address() as AddressInfo).port}${target.pathname}`
  return {
    url,
    arm: () => {
      state.armed = true
    },
    cuts: () => state.cuts,
    close: async () => {
      link.close()
      await once(link, 'close')
    },
  }
}
