import { type Command, Option } from 'commander'
import { parts } from '../../../simulators/conform/clauses/clause.ts'
import { simulatedNames } from '../../../simulators/conform/devices/habits.ts'
import { duration, natural, port, positive } from '../arguments.ts'
import type { CommandLine } from '../command_line.ts'
import type { ConformOptions } from './conform.ts'

/** `vigil conform`: whether a vendor's device does what docs/Conformance.md asks. Exit code 0 conforms, 1 does not, 2 incomplete. */
export const conformCommand = ({ config, command }: CommandLine): Command =>
  command('conform', "watch a vendor's device against the list of docs/Conformance.md, and print a report")
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
    .addOption(new Option('--for <time>', 'how long to look on first: 90s, 10m, 1h').argParser(positive(duration)))
    .addOption(new Option('--cut <time>', 'how long to cut the link').argParser(positive(duration)))
    .addOption(new Option('--most <n>', 'messages a minute that are allowed').argParser(natural))
    .addOption(new Option('--without <part...>', 'what the device does not have').choices([...parts]))
    .addOption(
      new Option('--speed <n>', 'how many times as fast as life a simulated device runs')
        .argParser(natural)
        .default(20),
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
