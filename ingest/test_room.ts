import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.ts'
import { topicOf } from '../domain/topics.ts'
import type { Journal, JournalRecord, Lane } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { type DeadLetter, listDeadLetters } from '../store/dead_letters.ts'
import { openStore } from '../store/open.ts'
import { pending } from '../store/outbox.ts'
import { readPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { silent } from '../test/telemetry_parts.ts'
import { until } from '../test/until.ts'
import { openTelemetry } from './open.ts'
import { startIngest } from './start.ts'
import type { Telemetry } from './telemetry.ts'

/** For tests: a real journal, store and embedded telemetry in a folder of their own, and ingest between them when started. */
export type TestRoom = {
  data: string
  journal: Journal
  store: Store
  telemetry: Telemetry
  /** Starts ingest, into another telemetry than the room's own where one is given. */
  start(into?: Telemetry): Promise<{ close(): Promise<void> }>
  /** Resolves when everything that is in the lane now is committed. */
  worked(lane: Lane): Promise<void>
  letters(): Promise<DeadLetter[]>
  receipts(): ReturnType<typeof pending>
  /** Metric, instant and value of all that is stored of a device. */
  valuesOf(device: string, from?: Telemetry): Promise<[metric: string, at: number, value: number][]>
  /** Closes it at the end of the test, before the room. */
  closeLater(close: () => Promise<void>): void
  close(): Promise<void>
}

export const at = Date.UTC(2026, 10, 22, 8)

export async function openRoom(): Promise<TestRoom> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-ingest-'))
  const journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock })
  const store = await openStore({ data, clock: systemClock })
  const telemetry = await openTelemetry({ data, clock: systemClock, log: silent })
  const closing = [() => journal.close(), () => store.close(), () => telemetry.close()]
  return {
    data,
    journal,
    store,
    telemetry,
    async start(into = telemetry) {
      const ingest = await startIngest({
        journal,
        store,
        telemetry: into,
        clock: systemClock,
        log: silent,
        zone: 'Asia/Shanghai',
      })
      closing.push(() => ingest.close())
      return ingest
    },
    async worked(lane) {
      const head = await journal.head(lane)
      const isDone = async () => (await readPosition(store.db, 'ingest', lane)) >= head || undefined
      await until(`${lane} is worked`, isDone)
    },
    letters: async () => (await listDeadLetters(store.db, {}, { most: 100 })).items,
    receipts: () => pending(store.db, 'receipt', 100),
    async valuesOf(device, from = telemetry) {
      const series = await from.read({ devices: [device], from: 0, to: at + 1e9, most: 100_000 })
      return series.flatMap(({ metric, points }) =>
        points.map(([when, value]): [string, number, number] => [metric, when, value]),
      )
    },
    closeLater: (close) => void closing.push(close),
    async close() {
      for (const close of closing.reverse()) await close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** A message of a device as the front door journals it; `body` is written as JSON where it is not text already. */
export function recordOf(device: string, body: unknown, more: Partial<JournalRecord> = {}): JournalRecord {
  return {
    receivedAt: at,
    topic: topicOf(device, 'readings'),
    principal: device,
    device,
    partition: 0,
    payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    retained: false,
    refused: undefined,
    replayOf: undefined,
    ...more,
  }
}

export const reading = (device: string, value: number, when = at): JournalRecord =>
  recordOf(device, { at: when, readings: { heart_rate: value } })
