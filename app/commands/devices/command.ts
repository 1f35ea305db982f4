import { Argument, type Command, Option } from 'commander'
import { systemClock } from '../../../domain/clock.ts'
import { type CommandKind, commandKinds } from '../../../domain/commands.ts'
import { commandOnOne, targetOf, tokenCommand } from '../accounts/command.ts'
import { withApi } from '../api_options.ts'
import { duration, natural, positive } from '../arguments.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import { asking } from '../telling.ts'
import type { KeepingOptions } from './claim_codes.ts'
import type { DeviceFields, DeviceFilter } from './devices.ts'
import type { ImportOptions } from './import.ts'
import type { SendingOptions } from './send_command.ts'

const work = () => import('./devices.ts')

/** The options of a command that registers a device. */
export const withDeviceFields = (command: Command): Command =>
  command
    .option('--home <id>', 'the home it belongs to')
    .option('--model <text>', 'what it is')
    .option('--place <text>', 'the room, or who wears it')
    .option('--vendor <id>', 'the company whose device it is')

const withKeeping = (command: Command): Command =>
  command
    .option('--out <file>', 'write the claim codes there, as CSV: id, claim_code, qr')
    .option('--qr <folder>', 'write a QR picture for each device there, as SVG')
    .option('--qr-url <url>', 'the address of the api that devices are to claim at, written into the QR text')

const addCommand = (line: CommandLine): Command =>
  asking<DeviceFields, [string | undefined]>(
    line,
    withDeviceFields(line.command('add', 'register a device and print its token'))
      .argument('[id]', 'its name, 1 to 64 characters of A-Z a-z 0-9 _ . : -; made where absent')
      .option('--category <name>', 'wearable, home_monitor, …')
      .option('--gateway <id>', 'the gateway that publishes for it')
      .option('--sos-press <press>', 'which press of its button is an SOS: any, single, double, triple or long'),
    async (api, options, id) => (await work()).addDevice(api, await targetOf(line, options.url), id, options),
  )

const listCommand = (line: CommandLine): Command =>
  asking<DeviceFilter>(
    line,
    line
      .command('list', 'list the devices')
      .option('--home <id>', 'only those of this home')
      .option('--vendor <id>', 'only those of this vendor')
      .option('--gateway <id>', 'only those that this gateway publishes for'),
    async (api, options) => (await work()).listDevices(api, options),
  )

const showCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'show',
    'tell everything about a device: connected or not, refused or not',
    async () => (await import('./show.ts')).showDevice,
  )

const renewCommand = (line: CommandLine): Command =>
  tokenCommand(
    line,
    'give a device a new token; the old one is void at once, or after --overlap',
    async () => (await work()).renewToken,
  )

const revokeCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'revoke',
    'cut a device off at once and void its tokens and certificates; it stays registered',
    async () => (await work()).revokeDevice,
  )

const removeCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'remove',
    'cut a device off and take it out of the registry; its tickets stay',
    async () => (await work()).removeDevice,
  )

const claimCodeCommand = (line: CommandLine): Command =>
  asking<KeepingOptions, [string[]]>(
    line,
    withKeeping(line.command('claim-code', 'make a new claim code for devices, as text and as QR picture')).argument(
      '<id...>',
    ),
    async (api, options, ids) =>
      (await import('./claim_codes.ts')).makeClaimCodes(api, ids, {
        ...options,
        colour: process.stdout.isTTY ?? false,
      }),
  )

const importCommand = (line: CommandLine): Command =>
  withApi(withKeeping(line.command('import', 'register all devices of a CSV file; the claim codes come out as CSV')))
    .argument(
      '<file>',
      'first line: the columns, of id, model, category, home, place, gateway, sos_press, in any order',
    )
    .option('--vendor <id>', 'the company whose devices they are')
    .addOption(new Option('--claim-days <n>', 'for how many days the claim codes are good').argParser(natural))
    .option('--json', 'for programs: what became of each line, one JSON object a line')
    .action(async (file: string, options: ImportOptions & ClientOptions) => {
      const { connectApi } = await import('../client.ts')
      const { importDevices } = await import('./import.ts')
      const whole = await importDevices(await connectApi(line.config(), options), file, options, line)
      if (!whole) process.exitCode = 1
    })

const sendCommand = (line: CommandLine): Command =>
  asking<SendingOptions, [string, CommandKind]>(
    line,
    line
      .command('command', 'ask a device to do something, and tell what becomes of it')
      .argument('<id>')
      .addArgument(new Argument('<kind>').choices(Object.keys(commandKinds)))
      .option('--text <text>', 'what to say')
      .addOption(
        new Option('--expires <time>', 'until when it is worth delivering: 90s, 30m, 7d; default: 1h').argParser(
          positive(duration),
        ),
      )
      .option('--wait', 'wait until it is answered or has expired; exit code 1 unless it was done'),
    async (api, options, id, kind) =>
      (await import('./send_command.ts')).sendCommand(api, id, kind, options, systemClock),
  )

/** `vigil device`: who may publish. */
export const deviceCommand = (line: CommandLine): Command =>
  [
    addCommand,
    listCommand,
    showCommand,
    renewCommand,
    revokeCommand,
    removeCommand,
    importCommand,
    claimCodeCommand,
    sendCommand,
  ].reduce(
    (device, sub) => device.addCommand(sub(line)),
    line.command('device', 'devices that may publish: register, import, renew, revoke, command'),
  )
