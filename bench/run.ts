import { mkdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { connectionsFor, openFilesOf } from '../app/open_files.ts'
import type { CodecsOptions } from './codecs/codecs.ts'
import type { ConsoleOptions } from './console/console.ts'
import type { DetectionOptions } from './detection/detection.ts'
import type { FallsOptions } from './falls/falls.ts'
import type { HomesOptions } from './homes/homes.ts'
import { compareImpacts } from './impacts/impacts.ts'
import { type PipelineOptions, runPipeline } from './pipeline/pipeline.ts'
import { profileTable } from './pipeline/profile.ts'
import { reportOf } from './pipeline/report.ts'
import { tableOf } from './pipeline/table.ts'

/** `npm run bench -- <question> [options]`. One command a question. */

const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
  }

const url =
  (...schemes: string[]) =>
  (text: string): string => {
    if (URL.canParse(text) && schemes.includes(new URL(text).protocol)) return text
    throw new InvalidArgumentError(
      `Give a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}.`,
    )
  }

/** Throws where the processes, which may open as many files as this one, cannot hold so many connections. */
async function checkOpenFiles(connections: number): Promise<void> {
  const files = await openFilesOf(process.pid)
  const most = connectionsFor(files)
  if (most === undefined || connections <= most) return
  throw new Error(
    `This system allows a process ${files} open files, which is room for ${most} of ${connections} connections: raise it (ulimit -n) or ask for fewer devices.`,
  )
}

async function pipeline(options: PipelineOptions & { json?: string }): Promise<void> {
  await checkOpenFiles(Math.max(options.devices, options.idle))
  const profile = options.profile && resolve(options.profile)
  if (profile) await mkdir(profile, { recursive: true })
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort())
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const { json, ...asked } = options
  const figures = await runPipeline({ ...asked, profile }, say, stopping.signal)
  const report = reportOf(figures)
  process.stdout.write(`${tableOf(report)}\n`)
  if (profile) process.stdout.write(`\n${await profileTable(profile, figures.processes, figures.span)}\n`)
  if (json) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`)
  if (report.faults.length > 0) process.exitCode = 1
}

type AttackCommand = { seconds: number; packets: number; every: number; only?: string[]; seed: number; json?: string }

const program = new Command('bench')
  .description(
    'Measures Vigil on this machine: starts the real processes on an empty folder, loads them, and checks what came of it.',
  )
  .showHelpAfterError('(--help shows what there is)')

program
  .command('pipeline')
  .description('From the socket to telemetry and ticket: throughput, lag, SOS latency under load, CPU and memory')
  .option('--devices <n>', 'connected devices, each with its own identity', number(1, 60_000), 1_000)
  .option(
    '--rate <n>',
    'messages a second over all devices; 0 sends as fast as they are acknowledged',
    number(0, 1_000_000),
    2_000,
  )
  .option('--seconds <n>', 'duration of the load', number(1, 600), 15)
  .option('--window <n>', 'unacknowledged messages of one device', number(1, 10_000), 16)
  .option('--unloaded <n>', 'seconds of SOS without load first, for the comparison', number(1, 60), 5)
  .option(
    '--idle <n>',
    'measure the memory of so many idle connections first; below 5,000 it is mostly the growing heap',
    number(0, 60_000),
    0,
  )
  .addOption(new Option('--influx <url>', 'store readings in this InfluxDB').argParser(url('http:', 'https:')))
  .addOption(
    new Option('--database <url>', 'keep registry and tickets in this PostgreSQL, which must be empty').argParser(
      url('postgres:', 'postgresql:'),
    ),
  )
  .option('--json <file>', 'write the figures as JSON')
  .option('--profile <folder>', 'CPU-profile every process and show where the time went')
  .action(pipeline)

program
  .command('tls')
  .description('What TLS costs the broker beside plain TCP: memory and CPU time of a connection, CPU time of a message')
  .option('--connections <n>', 'devices that connect', number(100, 20_000), 5_000)
  .option('--messages <n>', 'messages of each device', number(1, 1_000), 10)
  .action(async (options: { connections: number; messages: number }) => {
    await checkOpenFiles(options.connections)
    const { measureTls, tableOf } = await import('./tls/tls.ts')
    const figures = await measureTls(options, (line) => void process.stderr.write(`${line}\n`))
    process.stdout.write(`${tableOf(figures).join('\n')}\n`)
  })

program
  .command('impacts')
  .description(
    'Simulated falls beside recorded ones (data/falls of VIGIL_SHARED): quantiles of what an accelerometer feels',
  )
  .action(async () => {
    process.stdout.write(`${await compareImpacts()}\n`)
  })

program
  .command('falls')
  .description(
    'How good the fall detector is: leave one subject out on the recorded falls (data/falls of VIGIL_SHARED), beside the plain rule',
  )
  .option('--data <folder>', 'score these sets with the shipped model instead; nothing is learned')
  .option('--train', 'learn the shipped model from all of them and write its parameters', false)
  .option('--ablation', 'show besides what each part of the augmentation bought (some minutes more)', false)
  .option('--json <file>', 'write every score as JSON')
  .action(async ({ json, ...options }: FallsOptions & { json?: string }) => {
    const { scoreFalls } = await import('./falls/falls.ts')
    const { lines, scores } = await scoreFalls(options, (line) => void process.stderr.write(`${line}\n`))
    process.stdout.write(`${lines.join('\n')}\n`)
    if (json) await writeFile(json, `${JSON.stringify(scores, null, 2)}\n`)
  })

program
  .command('homes')
  .description('Real against simulated life: compares the rhythm of real homes with that of simulated people')
  .option('--people <n>', 'simulated people', number(1, 1_000), 20)
  .option('--days <n>', 'days of each', number(2, 365), 14)
  .option('--seed <n>', 'seed of the first person; the others follow', number(0, 2_000_000_000), 1)
  .option('--write', 'put the table and the plot into docs/', false)
  .action(async (options: HomesOptions) => {
    const { compareHomes } = await import('./homes/homes.ts')
    process.stdout.write(`${await compareHomes(options)}\n`)
  })

program
  .command('detection')
  .description('What Vigil finds of what happens to made-up people, in virtual time: the table of vigil score')
  .option('--homes <n>', 'made-up homes', number(1, 1_000), 20)
  .option('--days <n>', 'days of each', number(1, 365), 28)
  .option(
    '--eventful <n>',
    'times the usual rate of what happens by chance; beyond some 10 people are hardly at home',
    number(0, 100),
    10,
  )
  .option('--seed <n>', 'seed of the homes and of what happens', number(0, 2_000_000_000), 1)
  .option('--json <file>', 'write every figure, every miss and every false alarm as JSON')
  .action(async ({ json, ...options }: DetectionOptions & { json?: string }) => {
    const { detect, linesOf } = await import('./detection/detection.ts')
    const found = await detect(options, (day) => void process.stderr.write(`day ${day} of ${options.days}\n`))
    process.stdout.write(`${linesOf(found, options).join('\n')}\n`)
    if (json) await writeFile(json, `${JSON.stringify(found.score, null, 2)}\n`)
  })

program
  .command('codecs')
  .description(
    'What each format costs: CPU a message to decode it and to tell its lane, and the worst that a broken frame takes',
  )
  .option('--messages <n>', 'messages of each format', number(100, 10_000_000), 50_000)
  .option('--broken <n>', 'broken frames of each format', number(0, 10_000_000), 20_000)
  .option('--seed <n>', 'seed of how they are broken', number(0, 2_000_000_000), 1)
  .option('--json <file>', 'write the figures as JSON')
  .action(async ({ json, ...options }: CodecsOptions & { json?: string }) => {
    const { measureCodecs, linesOf } = await import('./codecs/codecs.ts')
    const costs = await measureCodecs(options, (line) => void process.stderr.write(`${line}\n`))
    process.stdout.write(`${linesOf(costs).join('\n')}\n`)
    if (json) await writeFile(json, `${JSON.stringify(costs, null, 2)}\n`)
  })

program
  .command('console')
  .description(
    'How the console feels in a real browser with thousands of open tickets: from key to paint, in quiet and while others work',
  )
  .option('--tickets <n>', 'open tickets, each of a home of its own', number(1, 20_000), 5_000)
  .option('--events <n>', 'live events a second while others work', number(1, 2_000), 200)
  .option('--rounds <n>', 'keys of each kind', number(10, 1_000), 100)
  .option('--json <file>', 'write the figures as JSON')
  .action(async ({ json, ...options }: ConsoleOptions & { json?: string }) => {
    const { measureConsole } = await import('./console/console.ts')
    const { linesOf } = await import('./console/table.ts')
    const figures = await measureConsole(options, (line) => void process.stderr.write(`${line}\n`))
    process.stdout.write(`${linesOf(figures).join('\n')}\n`)
    if (json) await writeFile(json, `${JSON.stringify(figures, null, 2)}\n`)
  })

program
  .command('attack')
  .description(
    'Attacks Vigil in every way that we know of while honest devices press SOS: does each get its ticket in time?',
  )
  .option('--seconds <n>', 'duration of each attack', number(1, 600), 6)
  .option('--packets <n>', 'packets of the two fuzzing attacks together', number(1, 100_000_000), 1_000_000)
  .option('--every <ms>', 'milliseconds between two honest presses', number(1, 10_000), 50)
  .option('--only <name...>', 'these attacks alone')
  .option(
    '--seed <n>',
    'seed of what the attackers do',
    number(0, 2_000_000_000),
    Number(process.env.VIGIL_SEED ?? Date.now() % 1e9),
  )
  .option('--json <file>', 'write the figures as JSON')
  .action(async ({ seconds, packets, every, only, seed, json }: AttackCommand) => {
    const { runAttacks } = await import('./attack/attack.ts')
    const { attackNames } = await import('./attack/attacks.ts')
    const { faultsOf, tableOf } = await import('./attack/report.ts')
    const attacks = attackNames.filter((name) => !only || only.includes(name))
    if (attacks.length === 0) throw new Error(`There is no such attack; there are: ${attackNames.join(', ')}.`)
    const figures = await runAttacks({ attacks, seconds, packets, seed, everyMs: every }, (line) =>
      process.stderr.write(`${line}\n`),
    )
    process.stdout.write(`${tableOf(figures)}\n`)
    if (json) await writeFile(json, `${JSON.stringify(figures, null, 2)}\n`)
    for (const fault of faultsOf(figures)) {
      process.stderr.write(`${fault}\n`)
      process.exitCode = 1
    }
  })

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`)
  process.exit(1)
})
