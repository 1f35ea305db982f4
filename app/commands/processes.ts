import type { Command } from 'commander'
import type { House, Room } from '../house.ts'
import type { ProcessName } from '../runtime.ts'
import type { CommandLine } from './command_line.ts'

/** One process of the house alone, for a service manager. */
function processCommand(
  { config, command }: CommandLine,
  name: string,
  what: string,
  places: ProcessName[],
  room: () => Promise<(house: House) => Promise<Room>>,
): Command {
  return command(name, what).action(async () => {
    const settings = config()
    const open = await room()
    const { liveAs } = await import('../house.ts')
    await liveAs(places, settings, open)
  })
}

/** `vigil broker`, `ingest`, `alerts`, `api`, `auditor`, `gsm`: the processes that `vigil start` supervises, one alone. */
export const processCommands = (line: CommandLine): Command[] => [
  processCommand(
    line,
    'broker',
    'run the front door alone: MQTT and HTTP ingest into the journal',
    ['broker'],
    async () => (await import('../broker.ts')).openBroker,
  ),
  processCommand(
    line,
    'ingest',
    'run ingest alone: from the journal to the telemetry store',
    ['ingest'],
    async () => (await import('../ingest.ts')).openIngest,
  ),
  processCommand(
    line,
    'alerts',
    'run alerts alone: from the journal to tickets',
    ['alerts'],
    async () => (await import('../alerts_api.ts')).openAlerts,
  ),
  processCommand(
    line,
    'api',
    'run the api alone: HTTP, live events and the console',
    ['api'],
    async () => (await import('../alerts_api.ts')).openApi,
  ),
  processCommand(
    line,
    'auditor',
    'run the auditor alone: it proves that every open ticket has a living next step, and feeds the dead-man’s switch',
    ['auditor'],
    async () => (await import('../auditor.ts')).openAuditor,
  ),
  processCommand(
    line,
    'gsm',
    'run the gateway of GSM watches alone: TCP from the watches, MQTT to Vigil',
    ['gsm'],
    async () => (await import('../gsm.ts')).openGsm,
  ),
]

/** What `vigil start` runs as one process, because people have no use for it alone. */
export const alertsApiCommand = (line: CommandLine): Command =>
  processCommand(
    line,
    'alerts-api',
    '',
    ['alerts', 'api'],
    async () => (await import('../alerts_api.ts')).openAlertsAndApi,
  )
