import { startBroker } from '../broker/start.ts'
import { openJournal } from '../journal/open.ts'
import { openStore } from '../store/open.ts'
import type { House, Room } from './house.ts'
import { connectionsFor, openFilesOf } from './open_files.ts'
import { openTlsPort } from './tls.ts'

/** The front door. The only process that writes the journal; its HTTP listener is on loopback, for the api beside it. */
export async function openBroker(house: House): Promise<Room> {
  const { config, clock, log, adminToken } = house
  const { data, host, mqttPort } = config
  const tls = await openTlsPort(config.mqttsPort, house)
  const store = await openStore({ url: config.databaseUrl, data, clock, log })
  const journal = await openJournal({ data, clock })
  const connectionsMost = connectionsFor(await openFilesOf(process.pid))
  const doors = { host, mqttPort, tls, httpPort: 0, connectionsMost, data }
  const broker = await startBroker({ journal, store, clock, log, adminToken, ...doors })
  return {
    ports: { mqtt: broker.mqttPort, mqtts: broker.mqttsPort, door: broker.httpPort },
    state: broker.state,
    async close() {
      await broker.close()
      await tls?.certificate.close()
      await journal.close()
      await store.close()
    },
  }
}
