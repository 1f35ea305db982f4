import { startAlerts } from '../alerts/start.ts'
import { startApi } from '../api/start.ts'
import { openTelemetry } from '../ingest/open.ts'
import { openJournal } from '../journal/open.ts'
import { openStore } from '../store/open.ts'
import type { House, Room } from './house.ts'
import { openJournalForReading } from './journal_reader.ts'
import { linesFor, openFilesOf } from './open_files.ts'
import { findRunning, listRunning } from './runtime.ts'
import { openTlsPort } from './tls.ts'

/** From the journal to tickets. */
export async function openAlerts(house: House): Promise<Room> {
  const { config, clock, log } = house
  const store = await openStore({ url: config.databaseUrl, data: config.data, clock, log })
  const journal = await openJournalForReading(house)
  const alerts = await startAlerts({ journal, store, clock, log, zone: config.zone, publicUrl: config.publicUrl })
  return {
    ports: {},
    state: alerts.state,
    async close() {
      await alerts.close()
      await journal.close()
      await store.close()
    },
  }
}

/** HTTP for people and programs. It finds the other processes by their notes in the data folder. */
export async function openApi(house: House): Promise<Room> {
  const { config, clock, log, adminToken } = house
  const { data, host, httpPort: port, zone, lockAfterMs } = config
  const store = await openStore({ url: config.databaseUrl, data, clock, log })
  const telemetry = await openTelemetry({ influx: config.influx, data, clock, log, readOnly: true })
  const frontDoor = async () => loopback((await findRunning(data, 'broker'))?.ports.door)
  const peers = () => othersIn(data)
  const tls = await openTlsPort(config.httpsPort, house)
  const linesMost = linesFor(await openFilesOf(process.pid))
  const doors = { host, port, tls, linesMost, lockAfterMs, frontDoor, peers }
  const journal = () => openJournal({ data, clock, readOnly: true })
  const api = await startApi({
    store,
    telemetry,
    clock,
    log,
    zone,
    adminToken,
    oidc: oidcOf(config),
    openJournal: journal,
    map: config.map,
    ...doors,
  })
  return {
    ports: { http: api.port, https: api.httpsPort },
    async close() {
      await api.close()
      await tls?.certificate.close()
      await telemetry.close()
      await store.close()
    },
  }
}

/** The configuration sees to it that there is no identity provider without the address that it sends people back to. */
const oidcOf = ({ oidc, publicUrl }: House['config']) => (oidc && publicUrl ? { ...oidc, publicUrl } : undefined)

/** Alerts and api in one process, as `vigil start` runs them. */
export async function openAlertsAndApi(house: House): Promise<Room> {
  const [alerts, api] = await Promise.all([openAlerts(house), openApi(house)])
  return {
    ports: { ...alerts.ports, ...api.ports },
    state: alerts.state,
    async close() {
      await Promise.all([alerts.close(), api.close()])
    },
  }
}

const loopback = (port: number | undefined): URL | undefined =>
  port === undefined ? undefined : new URL(`http://127.0.0.1:${port}`)

/** The other processes of the house and their admin listeners. */
async function othersIn(data: string): Promise<{ process: string; url: URL }[]> {
  const others = (await listRunning(data)).filter(({ pid }) => pid !== process.pid)
  return others.flatMap(({ process: name, ports }) => {
    const url = loopback(ports.admin)
    return url ? [{ process: name, url }] : []
  })
}
