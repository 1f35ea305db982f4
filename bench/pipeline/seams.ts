import { pino } from 'pino'
import { systemClock } from '../../domain/clock.ts'
import { openTelemetry } from '../../ingest/open.ts'
import type { Telemetry } from '../../ingest/telemetry.ts'
import type { Journal } from '../../journal/journal.ts'
import { openJournal } from '../../journal/open.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'

/** The system's own seams, opened beside the running processes: to register quickly and to look at the truth. */
export type Seams = { store: Store; journal: Journal; telemetry: Telemetry; close(): Promise<void> }

type Options = { data: string; influx?: string | undefined; database?: string | undefined }

export async function openSeams({ data, influx, database }: Options): Promise<Seams> {
  const clock = systemClock
  const log = pino({ level: 'warn' }, pino.destination(2))
  const store = await openStore({ data, clock, ...(database && { url: database }) })
  const journal = await openJournal({ data, readOnly: true, clock })
  const telemetry = await openTelemetry({
    data,
    clock,
    log,
    readOnly: true,
    ...(influx && { influx: { url: influx } }),
  })
  return {
    store,
    journal,
    telemetry,
    async close() {
      await telemetry.close()
      await journal.close()
      await store.close()
    },
  }
}
