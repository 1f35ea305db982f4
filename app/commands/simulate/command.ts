import { type Command, Option } from 'commander'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { amount, natural, speed, whole } from '../arguments.ts'
import type { CommandLine } from '../command_line.ts'
import { caOption, trustAuthorities } from '../trust.ts'
import type { DemoCommand } from './demo.ts'
import { checkLoad, type LoadFields, loadOf, loadOptions } from './load_options.ts'
import type { OfflineCommand } from './offline.ts'

type Options = DemoCommand & Partial<OfflineCommand> & LoadFields & { ca?: string }

/** What only makes sense where nobody is connected, with the reason. */
const offlineOnly = {
  speed: 'devices that are connected live at the pace of the clock, since Vigil doubts times of the future',
  days: 'a connected run lasts until Ctrl-C',
  from: 'a connected run begins now',
  eventful: 'a connected run has its own events',
} as const

/** Throws a sentence where options do not go together. */
function check(options: Options): void {
  checkLoad(options)
  if (options.out !== undefined) {
    const linked = (['mqtt', 'http', 'ca'] as const).find((name) => options[name] !== undefined)
    if (options.truth !== undefined) throw new Fault('--out writes truth.jsonl into its folder: leave --truth out.')
    if (linked) throw new Fault(`--out and --${linked} do not go together: with --out nobody is connected.`)
    return
  }
  for (const [name, why] of Object.entries(offlineOnly)) {
    if (options[name as keyof typeof offlineOnly] !== undefined)
      throw new Fault(`--${name} needs --out FOLDER: ${why}.`)
  }
}

async function simulate(config: Config, options: Options): Promise<void> {
  check(options)
  trustAuthorities(options.ca)
  if (options.out === undefined && options.homes !== undefined)
    return (await import('./load.ts')).simulateLoad(config, loadOf({ ...options, homes: options.homes }))
  if (options.out === undefined) return (await import('./demo.ts')).simulateDemo(config, options)
  const { days = 7, homes = 1, speed = Number.POSITIVE_INFINITY, eventful = 1, out, from, seed } = options
  await (await import('./offline.ts')).simulateOffline({
    out,
    days,
    homes,
    speed,
    eventful,
    seed,
    ...(from !== undefined && { from }),
  })
}

/** `vigil simulate`: against a running Vigil, or, with `--out`, into files. */
export const simulateCommand = ({ config, command }: CommandLine): Command => {
  const made = command(
    'simulate',
    'let simulated homes live against a running Vigil, until Ctrl-C; with --out, into files',
  )
    .option(
      '--mqtt <url>',
      'the front door, mqtt://host:port or mqtts://host:port; default: the Vigil of the data folder',
    )
    .option('--http <url>', 'the api, http://host:port or https://host:port; default: the Vigil of the data folder')
    .addOption(caOption())
    .addOption(new Option('--seed <n>', 'decides what happens').argParser(whole).default(1))
    .option('--truth <file>', 'write what really happens there, a line for each thing, as vigil score reads it')
    .option('--out <folder>', 'nobody is connected: write messages.jsonl and truth.jsonl there')
    .addOption(
      new Option(
        '--homes <n>',
        'so many made-up homes: a load on a running Vigil, or, with --out, into files (default there: 1)',
      ).argParser(natural),
    )
    .addOption(new Option('--days <n>', 'with --out: so many days (default: 7)').argParser(natural))
    .option('--from <date>', 'with --out: the first day, YYYY-MM-DD; default: so that the days end with last midnight')
    .addOption(
      new Option('--speed <n>', 'with --out: so many times as fast as life, or max (default: max)').argParser(speed),
    )
    .addOption(
      new Option(
        '--eventful <n>',
        'with --out: so many times the usual rate of falls and the like (default: 1)',
      ).argParser(amount),
    )
    .action(async (options: Options) => simulate(config(), options))
  for (const option of loadOptions()) made.addOption(option)
  return made
}
