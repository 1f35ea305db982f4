import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { consume } from '../journal/consume.ts'
import { type Journal, type Lane, lanes, type StoredRecord } from '../journal/journal.ts'
import { readPosition } from '../store/positions.ts'
import { openReader } from '../store/reader.ts'
import type { Store } from '../store/store.ts'
import { trimStore } from '../store/trim.ts'
import { consumer, type Ingest, workBatch } from './batch.ts'
import { childrenSeen } from './children.ts'
import { watchLag } from './metrics.ts'
import { sightingFilter } from './sightings.ts'
import type { Telemetry } from './telemetry.ts'

/** Records of one batch: some 0.1 s of work, so that a backlog costs the store a few transactions a second. */
const recordsAtOnce = 5_000
/**
 * Pause after a batch that was not full, so that the next is worth its transaction: the store has one writer at a time,
 * and a ticket may be waiting. It is how late a reading can be in a chart.
 */
const pauseMs: Record<Lane, number> = { urgent: 50, bulk: 200 }
/** Payload bytes that are worth a transaction, however few the records. */
const bytesWorth = 1024 * 1024
const trimTelemetryEveryMs = 60_000
/** Seldom: it counts through all dead letters. */
const trimStoreEveryMs = 600_000

/** `zone`: of clocks that tell none, an IANA name. */
export type IngestOptions = {
  journal: Journal
  store: Store
  telemetry: Telemetry
  clock: Clock
  log: Logger
  zone: string
}

/**
 * Carries both lanes of the journal into telemetry and dead letters, each with a loop and a position of its own, until
 * closed. While the telemetry database is away the loops wait; nobody else does. `close` leaves the position at what is done.
 */
export async function startIngest(options: IngestOptions): Promise<{ close(): Promise<void> }> {
  const stopping = new AbortController()
  const reader = openReader({ db: options.store.db, zone: options.zone })
  const seen = { sightings: sightingFilter(), children: childrenSeen() }
  const ingest: Ingest = { ...options, ...seen, reader, signal: stopping.signal }
  const positions = await Promise.all(lanes.map((lane) => readPosition(options.store.db, consumer, lane)))
  const working = lanes.map((lane, i) => follow(options, ingest, lane, positions[i] ?? 0))
  working.push(
    everyNow(options, trimTelemetryEveryMs, stopping.signal, () => options.telemetry.trim()),
    everyNow(options, trimStoreEveryMs, stopping.signal, () => trimStore(options.store, options.clock)),
  )
  return {
    async close() {
      stopping.abort()
      await Promise.all(working)
    },
  }
}

async function follow(options: IngestOptions, ingest: Ingest, lane: Lane, position: number): Promise<void> {
  const { journal, clock, log } = options
  const { signal } = ingest
  let done = position
  const handle = async (records: StoredRecord[]) => {
    await workBatch(ingest, lane, records)
    done = records.at(-1)?.seq ?? done
    if (!isFull(records)) await clock.sleep(pauseMs[lane], signal)
  }
  const unwatch = watchLag(lane, () => lagOf(journal, lane, done, clock.now()))
  await consume({ journal, lane, after: position, most: recordsAtOnce, signal, handle, clock, log })
  unwatch()
}

function isFull(records: StoredRecord[]): boolean {
  return (
    records.length === recordsAtOnce || records.reduce((sum, { payload }) => sum + payload.byteLength, 0) >= bytesWorth
  )
}

async function lagOf(journal: Journal, lane: Lane, done: number, now: number) {
  const [oldest] = await journal.read(lane, done, 1)
  if (!oldest) return { records: 0, seconds: 0 }
  return { records: (await journal.head(lane)) - done, seconds: Math.max(0, now - oldest.receivedAt) / 1_000 }
}

/** Runs `work` now and every so often, until `signal` aborts; a failure is logged, and its turn comes again. */
async function everyNow({ clock, log }: IngestOptions, ms: number, signal: AbortSignal, work: () => Promise<unknown>) {
  while (!signal.aborted) {
    await work().catch((err: unknown) => log.error({ err }, 'not trimmed, trying again'))
    await clock.sleep(ms, signal)
  }
}
