import { openTelemetry } from '../ingest/open.ts'
import { startIngest } from '../ingest/start.ts'
import { openStore } from '../store/open.ts'
import type { House, Room } from './house.ts'
import { openJournalForReading } from './journal_reader.ts'

/** From the journal to the telemetry store and the dead letters. */
export async function openIngest(house: House): Promise<Room> {
  const { config, clock, log } = house
  const store = await openStore({ url: config.databaseUrl, data: config.data, clock, log })
  const telemetry = await openTelemetry({ influx: config.influx, data: config.data, clock, log })
  const journal = await openJournalForReading(house)
  const ingest = await startIngest({ journal, store, telemetry, clock, log, zone: config.zone })
  return {
    ports: {},
    async close() {
      await ingest.close()
      await journal.close()
      await telemetry.close()
      await store.close()
    },
  }
}
