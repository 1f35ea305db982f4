import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../../domain/clock.ts'
import type { Journal } from '../../journal/journal.ts'
import { openLmdbJournal } from '../../journal/lmdb.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { type RunningBroker, startBroker } from '../start.ts'

let data: string
let store: Store
let journal: Journal
let broker: RunningBroker

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-http-'))
  store = await openStore({ data, clock: systemClock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0, data }
  broker = await startBroker({ journal, store, clock: systemClock, log: pino({ level: 'silent' }), ...ports })
})

afterEach(async () => {
  await broker.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

it.each([
  [['mqtt'], 'mqtt'],
  [['mqttv3.1', 'mqtt'], 'mqtt'],
  [['mqttv3.1'], 'mqttv3.1'],
  [[], ''],
])('a WebSocket that offers %j is told that %j is spoken', async (offered, spoken) => {
  const socket = new WebSocket(`ws://127.0.0.1:${broker.httpPort}/mqtt`, offered)
  await once(socket, 'open')
  expect(socket.protocol).toBe(spoken)
  socket.terminate()
})
