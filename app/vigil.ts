import { Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../domain/clock.ts'
import type { ClientOptions } from './client.ts'
import { type Config, readConfig } from './config.ts'
import { conformCommand } from './conform_command.ts'
import type { DeviceFields } from './devices.ts'
import { sentenceOf } from './fault.ts'
import type { House, Room } from './house.ts'
import type { ProcessName } from './runtime.ts'
import { addScenarioCommand } from './scenario_command.ts'
import { scoreCommand } from './score_command.ts'
import { simulateCommand } from './simulate_command.ts'

/**
 * The command line. Each command loads only what it needs: `vigil status` is the health check of a container and runs
 * every few seconds.
 */
const program = new Command('vigil')
  .description('The backend of a telecare alarm centre: telemetry in over MQTT, falls and SOS out as tickets.')
  .addHelpText(
    'after',
    `
Environment (the whole configuration):
  MQTT_PORT, HTTP_PORT   where to listen: 1883 and 8080; 0 picks a free port
  VIGIL_HOST             the address to listen on: 127.0.0.1 for a demo or with a short token, else 0.0.0.0
  VIGIL_DATA             the data folder: ./data
  VIGIL_DEMO             0 starts without demo homes
  VIGIL_ADMIN_TOKEN      the administrator's token; made and kept in the data folder where absent
  VIGIL_LOG              what goes to stderr: trace, debug, info, warn (default), error, fatal, silent
  DATABASE_URL           postgres://… for registry and tickets; embedded where absent
  INFLUX_URL             http://… for readings, with INFLUX_TOKEN, INFLUX_DATABASE, INFLUX_ORG, INFLUX_VERSION;
                         embedded where absent

Start with:  vigil start`,
  )
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'vigil: ')) })
  .showHelpAfterError('vigil --help lists the commands.')

const config = (): Config => readConfig(process.env)

program
  .command('start')
  .description('run everything under one supervisor, until Ctrl-C')
  .action(async () => (await import('./start.ts')).start(config()))

const named = (name: string, what: string): Command =>
  new Command(name).description(what).copyInheritedSettings(program)

/** One process of the house alone, for a service manager. */
function processCommand(
  name: string,
  what: string,
  places: ProcessName[],
  room: () => Promise<(house: House) => Promise<Room>>,
) {
  return named(name, what).action(async () => {
    const settings = config()
    const open = await room()
    const { liveAs } = await import('./house.ts')
    await liveAs(places, settings, open)
  })
}

program.addCommand(
  processCommand(
    'broker',
    'run the front door alone: MQTT and HTTP ingest into the journal',
    ['broker'],
    async () => (await import('./broker.ts')).openBroker,
  ),
)
program.addCommand(
  processCommand(
    'ingest',
    'run ingest alone: from the journal to the telemetry store',
    ['ingest'],
    async () => (await import('./ingest.ts')).openIngest,
  ),
)
program.addCommand(
  processCommand(
    'alerts',
    'run alerts alone: from the journal to tickets',
    ['alerts'],
    async () => (await import('./alerts_api.ts')).openAlerts,
  ),
)
program.addCommand(
  processCommand(
    'api',
    'run the api alone: HTTP, live events and the console',
    ['api'],
    async () => (await import('./alerts_api.ts')).openApi,
  ),
)
program.addCommand(
  processCommand('alerts-api', '', ['alerts', 'api'], async () => (await import('./alerts_api.ts')).openAlertsAndApi),
  { hidden: true },
)

program
  .command('status')
  .description('tell which processes run and answer; exit code 1 unless all do')
  .action(async () => {
    const { statusLine, statusOf } = await import('./status.ts')
    const all = await statusOf(config(), systemClock)
    print(all.map(statusLine))
    if (!all.every(({ healthy }) => healthy)) process.exitCode = 1
  })

program.addCommand(simulateCommand(config).copyInheritedSettings(program))

program
  .command('token')
  .description("print the administrator's token: bearer token of the API, MQTT password of the user admin")
  .action(async () => print([await (await import('./secrets.ts')).knownAdminToken(config())]))

/** A command that speaks to the HTTP API. */
const apiCommand = (name: string, what: string) =>
  named(name, what)
    .option('--url <url>', 'the api, http://host:port; default: the Vigil of the data folder')
    .option(
      '--token <token>',
      "an administrator's or integrator's token; default: VIGIL_ADMIN_TOKEN or the data folder's",
    )

const connect = async (options: ClientOptions) => (await import('./client.ts')).connectApi(config(), options)

program
  .command('device')
  .description('devices that may publish')
  .addCommand(
    apiCommand('add', 'register a device and print its token')
      .argument('[id]', 'its name, 1 to 64 characters of A-Z a-z 0-9 _ . : -; made where absent')
      .option('--home <id>', 'the home it belongs to')
      .option('--model <text>', 'what it is')
      .option('--category <name>', 'wearable, home_monitor, …')
      .option('--place <text>', 'the room, or who wears it')
      .action(async (id: string | undefined, { url, token, ...fields }: ClientOptions & DeviceFields) => {
        const { addDevice } = await import('./devices.ts')
        const target = await mqttTarget(url)
        print([await addDevice(await connect({ url, token }), target, id, fields)])
      }),
  )
  .addCommand(
    apiCommand('list', 'list the devices').action(async (options: ClientOptions) => {
      const { listDevices } = await import('./devices.ts')
      print(await listDevices(await connect(options)))
    }),
  )
  .addCommand(
    apiCommand('token', 'give a device a new token; the old one is void at once')
      .argument('<id>', 'the device')
      .action(async (id: string, options: ClientOptions) => {
        const { renewToken } = await import('./devices.ts')
        print([await renewToken(await connect(options), await mqttTarget(options.url), id)])
      }),
  )

const mqttTarget = async (url: string | undefined) => (await import('./client.ts')).mqttTarget(config(), url)

program.addCommand(conformCommand(config).copyInheritedSettings(program))
addScenarioCommand(program, config, print)
program.addCommand(scoreCommand(config, print).copyInheritedSettings(program))

type LetterOptions = ClientOptions & { code?: string; device?: string; most: number }

const letterCommand = (name: string, what: string) =>
  apiCommand(name, what)
    .option('--code <code>', 'only those refused for this reason')
    .option('--device <id>', 'only those of this device')

program
  .command('dead-letters')
  .description('messages that were refused, kept whole')
  .addCommand(
    letterCommand('list', 'list them, newest first')
      .addOption(new Option('--most <n>', 'at most so many').argParser(natural).default(50))
      .action(async ({ url, token, most, ...filter }: LetterOptions) => {
        const { listDeadLetters } = await import('./dead_letters.ts')
        print(await listDeadLetters(await connect({ url, token }), filter, most))
      }),
  )
  .addCommand(
    letterCommand('replay', 'put them through the codecs once more: those named, or all that match')
      .argument('[id...]', 'dead letters')
      .action(async (ids: string[], { url, token, code, device }: LetterOptions) => {
        const { replayDeadLetters } = await import('./dead_letters.ts')
        const filter = { ...(code && { code }), ...(device && { device }) }
        print([`${await replayDeadLetters(await connect({ url, token }), ids, filter)} dead letters are replayed.`])
      }),
  )

function natural(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}

function print(lines: string[]): void {
  // Whoever read our lines may have seen enough: `vigil device list | head`.
  process.stdout.on('error', () => process.exit())
  for (const line of lines) process.stdout.write(`${line}\n`)
}

try {
  await program.parseAsync()
} catch (error) {
  const sentence = sentenceOf(error)
  process.stderr.write(
    sentence ? `vigil: ${sentence}\n` : `vigil: this is a fault of Vigil itself. ${(error as Error).stack}\n`,
  )
  // A command may have said before what its failure means.
  process.exitCode ??= 1
}
