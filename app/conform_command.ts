import { Command, InvalidArgumentError, Option } from 'commander'
import { parts } from '../simulators/conform/clauses/clause.ts'
import { simulatedNames } from '../simulators/conform/devices/habits.ts'
import type { Config } from './config.ts'
import type { ConformOptions } from './conform.ts'

/** `vigil conform`: whether a vendor's device does what docs/Conformance.md asks. Exit code 0 conforms, 1 does not, 2 incomplete. */
export const conformCommand = (config: () => Config): Command =>
  new Command('conform')
    .description("watch a vendor's device against the list of docs/Conformance.md, and print a report")
    .option('--device <id>', 'the device; it connects to the ports below instead of to Vigil')
    .addOption(
      new Option('--simulate <name>', 'run a simulated device instead').choices(simulatedNames).conflicts('device'),
    )
    .option('--mqtt <url>', 'the front door, mqtt://host:port; default: the Vigil of the data folder')
    .option('--host <address>', 'where to listen', '0.0.0.0')
    .addOption(
      new Option('--port <n>', 'where to listen for plain TCP; 0 picks a free one').argParser(port).default(1884),
    )
    .addOption(
      new Option('--tls-port <n>', 'where to listen for TLS; 0 picks a free one').argParser(port).default(8884),
    )
    .option('--cert <file>', 'certificate for TLS, PEM, with --key; default: one of a CA made in the data folder')
    .option('--key <file>', 'its key, PEM')
    .option('--name <host...>', 'further names or addresses by which the device reaches the TLS port')
    .addOption(new Option('--for <time>', 'how long to look on first: 90s, 10m, 1h').argParser(duration))
    .addOption(new Option('--cut <time>', 'how long to cut the link').argParser(duration))
    .addOption(new Option('--most <n>', 'messages a minute that are allowed').argParser(whole))
    .addOption(new Option('--without <part...>', 'what the device does not have').choices([...parts]))
    .addOption(
      new Option('--speed <n>', 'how many times as fast as life a simulated device runs').argParser(whole).default(20),
    )
    .option('--html <file>', 'write the report there too, as a page')
    .option('--json <file>', 'write the report there too, as JSON')
    .option('--yes', 'wait for nobody at the keyboard')
    .option('--url <url>', 'the api, to register a simulated device; default: the Vigil of the data folder')
    .option('--token <token>', "an administrator's token for it; default: VIGIL_ADMIN_TOKEN or the data folder's")
    .action(async (options: ConformOptions) => {
      const { conformDevice, exitCodes } = await import('./conform.ts')
      // Whatever keeps the kit from judging is not the device's failure.
      process.exitCode = exitCodes.incomplete
      process.exitCode = await conformDevice(config(), options)
    })

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.')
  return value
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** `90s`, `10m`, `1h` in milliseconds. */
function duration(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? []
  const ms = Number(number) * (units[unit ?? ''] ?? Number.NaN)
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a length of time like 90s, 10m or 1h.')
  return ms
}
