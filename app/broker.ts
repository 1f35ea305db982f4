import { startBroker } from '../broker/start.ts'
import { openJournal } from '../journal/open.ts'
import { openStore } from '../store/open.ts'
import type { House, Room } from './house.ts'
import { connectionsFor, openFilesOf } from './open_files.ts'

/** The front door. The only process that writes the journal; its HTTP listener is on loopback, for the api beside it. */
export async function openBroker({ config, clock, log, adminToken }: House): Promise<Room> {
  const { data, host, mqttPort } = config
  const store = await openStore({ url: config.databaseUrl, data, clock, log })
  const journal = await openJournal({ data, clock })
  const connectionsMost = connectionsFor(await openFilesOf(process.pid))
  const doors = { host, mqttPort, httpPort: 0, connectionsMost }
  const broker = await startBroker({ journal, store, clock, log, adminToken, ...doors })
  return {
    ports: { mqtt: broker.mqttPort, door: broker.httpPort },
    async close() {
      await broker.close()
      await journal.close()
      await store.close()
    },
  }
}
