import { Counter, Gauge, Histogram } from 'prom-client'
import { codecs } from '../codecs/codecs.ts'
import type { Warning } from '../domain/message.ts'
import { type Lane, lanes } from '../journal/journal.ts'

export const readingsStored = new Counter({
  name: 'vigil_ingest_readings_stored_total',
  help: 'Readings that are durable in the telemetry database, repeats included',
})
export const messages = new Counter({
  name: 'vigil_ingest_messages_total',
  help: 'Messages worked, by lane',
  labelNames: ['lane'] as const,
})
export const answersTaken = new Counter({
  name: 'vigil_commands_answered_total',
  help: 'Commands that their device answered, each counted with its first answer',
})
export const refused = new Counter({
  name: 'vigil_ingest_refused_total',
  help: 'Refusals by stable code; point_refused counts points, the others parts of messages',
  labelNames: ['code'] as const,
})
export const provisioned = new Counter({
  name: 'vigil_devices_provisioned_total',
  help: 'Devices that came into the registry because their gateway spoke of them',
})
const warned = new Counter({
  name: 'vigil_codec_warnings_total',
  help: 'What was odd about messages that were taken all the same, by codec and warning',
  labelNames: ['codec', 'warning'] as const,
})

/** Counts the warnings of one message; those of mappings under one name, since their names are the operator's. */
export function countWarnings(codec: string | undefined, warnings: readonly Warning[]): void {
  const name = codecs.some((one) => one.name === codec) ? codec : 'mapping'
  for (const { code } of warnings) warned.inc({ codec: name, warning: code })
}
/** Why something was tried again: what passes, what a person must mend, a request to be made smaller, a full disk. */
export type RetryReason = 'passing' | 'misconfigured' | 'too_large' | 'disk'
export const retries = new Counter({
  name: 'vigil_ingest_retries_total',
  help: 'Writes to the telemetry database that were tried again, by reason',
  labelNames: ['reason'] as const,
})
export const batchRecords = new Histogram({
  name: 'vigil_ingest_batch_records',
  help: 'Records of one batch, by lane',
  labelNames: ['lane'] as const,
  buckets: [1, 10, 100, 500, 1_000, 2_500, 5_000],
})

/** How far behind a lane is: records that wait, and seconds since the oldest of them was received. */
export type Lag = { records: number; seconds: number }
const watched = new Map<Lane, () => Promise<Lag>>()

/** Lets the lag be asked for when metrics are read; it grows while nothing is worked, so it can't be pushed. */
export function watchLag(lane: Lane, ask: () => Promise<Lag>): () => void {
  watched.set(lane, ask)
  return () => void watched.delete(lane)
}

function lagGauge(name: string, help: string, pick: (lag: Lag) => number): Gauge<'lane'> {
  return new Gauge({
    name,
    help,
    labelNames: ['lane'] as const,
    async collect() {
      for (const lane of lanes) {
        const ask = watched.get(lane)
        if (ask) this.set({ lane }, pick(await ask()))
      }
    },
  })
}
export const lagRecords = lagGauge('vigil_ingest_lag_records', 'Records that wait, by lane', (lag) => lag.records)
export const lagSeconds = lagGauge(
  'vigil_ingest_lag_seconds',
  'Seconds since the oldest waiting record was received, by lane',
  (lag) => lag.seconds,
)
