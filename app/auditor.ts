import { startAuditor } from '../alerts/auditor/start.ts'
import { consumer as alertsConsumer } from '../alerts/batch.ts'
import { consumer as ingestConsumer } from '../ingest/batch.ts'
import { openStore } from '../store/open.ts'
import type { House, Room } from './house.ts'
import { openJournalForReading } from './journal_reader.ts'

/** Proves all the time that what is promised holds, apart from those who keep the promises. */
export async function openAuditor(house: House): Promise<Room> {
  const { config, clock, log } = house
  const store = await openStore({ url: config.databaseUrl, data: config.data, clock, log })
  const journal = await openJournalForReading(house)
  const consumers = [alertsConsumer, ingestConsumer]
  const auditor = startAuditor({ store, journal, clock, log, consumers, switchUrl: config.switchUrl })
  return {
    ports: {},
    async close() {
      await auditor.close()
      await journal.close()
      await store.close()
    },
  }
}
