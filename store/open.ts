import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { writeSeconds } from './metrics.ts'
import { type Engine, migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

/** `url` is DATABASE_URL (`postgres://…`); absent, the embedded store in the folder `data` is used. */
export type StoreOptions = { url?: string; data: string; clock: Clock; log?: Logger }

/**
 * Opens the store and brings its tables up to date. Several processes may do so at once: migrations run inside a
 * write, so one makes them and the others find them made.
 */
export async function openStore({ url, data, clock, log }: StoreOptions): Promise<Store> {
  const engine: Engine = url ? 'postgres' : 'sqlite'
  const store = url ? await openPostgres({ url, clock, ...(log ? { log } : {}) }) : await openEmbedded(data, clock)
  try {
    await store.write((tx) => migrate(tx, engine))
    return timed(store, clock)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openEmbedded(data: string, clock: Clock): Promise<Store> {
  await mkdir(data, { recursive: true })
  return openSqlite({ path: join(data, 'store.sqlite'), clock })
}

const timed = (store: Store, clock: Clock): Store => ({
  ...store,
  async write(work) {
    const begun = clock.now()
    try {
      return await store.write(work)
    } finally {
      writeSeconds.observe((clock.now() - begun) / 1000)
    }
  },
})
