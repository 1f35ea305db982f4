import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, vi } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { needs } from './real_parts.ts'

/** A database server is made, processes are started and passwords hashed slowly; on a busy machine that takes a while. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** Where a store is; the same place opened twice is the same database, as it is for two processes. */
export type Place = { url?: string; data: string }
export type Engine = {
  name: 'sqlite' | 'postgres'
  /** An empty place of its own. */
  place(): Promise<Place>
  /** Opens a store, in a new place where none is given; it is closed after the test. */
  open(place?: Place, clock?: Clock): Promise<Store>
  /** The server; only where `name` is `postgres`. */
  server(): TestPostgres
}

/** Runs the same tests on the embedded store and on a real PostgreSQL. */
export function onBothEngines(suite: (engine: Engine) => void): void {
  describe('SQLite', () => suite(engineOf('sqlite')))
  describe.skipIf(!needs('postgres'))('PostgreSQL', () => suite(engineOf('postgres')))
}

function engineOf(name: Engine['name']): Engine {
  let server: TestPostgres | undefined
  const folders: string[] = []
  const open: Store[] = []
  if (name === 'postgres')
    beforeAll(async () => {
      server = await startPostgres()
    })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()))
  })
  afterAll(async () => {
    await server?.close()
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  })
  const place = async (): Promise<Place> => {
    const data = await mkdtemp(join(tmpdir(), 'vigil-store-'))
    folders.push(data)
    return server ? { url: await server.freshDatabase(), data } : { data }
  }
  return {
    name,
    place,
    async open(where, clock = systemClock) {
      const store = await openStore({ ...(where ?? (await place())), clock })
      open.push(store)
      return store
    },
    server() {
      if (!server) throw new Error(`${name} has no server`)
      return server
    },
  }
}
