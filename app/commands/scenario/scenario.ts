import { styleText } from 'node:util'
import { systemClock } from '../../../domain/clock.ts'
import { newSecret } from '../../../domain/random.ts'
import { junitOf, type Timed } from '../../../simulators/scenarios/junit.ts'
import { play } from '../../../simulators/scenarios/playing/player.ts'
import type { Stage } from '../../../simulators/scenarios/playing/stage.ts'
import type { PlayOptions } from '../../../simulators/scenarios/playing/under_way.ts'
import { mistakeLine } from '../../../simulators/scenarios/reading/mistake.ts'
import type { Scenario } from '../../../simulators/scenarios/reading/scenario.ts'
import { inWords } from '../../../simulators/scenarios/reading/times.ts'
import type { Line, Tone } from '../../../simulators/scenarios/timeline.ts'
import { runOf, type TruthEnd, truthLines } from '../../../simulators/truth.ts'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { untilStopped } from '../../house.ts'
import { openLines, writeGiven } from '../files.ts'
import { openOwnHouse } from './own_house.ts'
import { openRunning, type RunningOptions, refuseParts, removeRegistered } from './running_stage.ts'
import { filesOf, readScenarios } from './scenario_files.ts'

export type RunOptions = RunningOptions & {
  real?: boolean
  running?: boolean
  seed?: number
  junit?: string
  truth?: string
}

/** A wrong file: nothing was played. */
const wrongFile = 2

/** `vigil scenario check`: gives the lines for people; sets the exit code where a file has mistakes. */
export async function check(paths: readonly string[]): Promise<string[]> {
  const { scenarios, mistakes } = await readScenarios(await filesOf(paths))
  if (mistakes.length > 0) process.exitCode = wrongFile
  return [...mistakes.map(mistakeLine), ...scenarios.map(({ file, name }) => `${file}: ${name}: nothing wrong`)]
}

/** `vigil scenario list`: the stories that ship. */
export async function list(): Promise<string[]> {
  const { scenarios } = await readScenarios(await filesOf([]))
  return scenarios.map(({ file, name }) => `${file}  ${name}`)
}

/** `vigil scenario run`: plays the scenarios one after another and prints what happens. Sets the exit code. */
export async function run(config: Config, paths: readonly string[], options: RunOptions): Promise<void> {
  process.title = 'vigil scenario'
  const { scenarios, mistakes } = await readScenarios(await filesOf(paths), options.seed)
  if (mistakes.length > 0) {
    for (const mistake of mistakes) process.stderr.write(`${mistakeLine(mistake)}\n`)
    process.exitCode = wrongFile
    return
  }
  refuseWrong(scenarios, options)
  const signal = untilStopped()
  const runs: Timed[] = []
  for (const scenario of scenarios) {
    if (signal.aborted) break
    const timed = await playOne(config, scenario, options, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (timed) runs.push(timed)
  }
  if (options.junit) await writeGiven('--junit', options.junit, junitOf(runs))
  print({ tone: 'title', text: summaryOf(runs, scenarios.length) })
  if (runs.length < scenarios.length || runs.some(({ played }) => !played.passed)) process.exitCode = 1
}

const isElsewhere = ({ running, url, mqtt }: RunOptions): boolean => Boolean(running || url || mqtt)

function refuseWrong(scenarios: readonly Scenario[], options: RunOptions): void {
  if (options.truth && scenarios.length > 1)
    throw new Fault('--truth takes what happens in one scenario: name one file with it.')
  if (options.fast && !isElsewhere(options))
    throw new Fault('--fast is for a running Vigil: name it with --running or --url; one of its own is fast anyway.')
  if (options.real && isElsewhere(options))
    throw new Fault('--real is for a Vigil of the run’s own: against a running one the pace is that of life anyway.')
  if (isElsewhere(options)) for (const scenario of scenarios) refuseParts(scenario)
}

async function playOne(config: Config, scenario: Scenario, options: RunOptions, signal: AbortSignal): Promise<Timed> {
  print({ tone: 'title', text: `${scenario.name}  (${scenario.file}, seed ${scenario.seed})` })
  const begun = systemClock.now()
  const truth = options.truth ? openTruth(options.truth) : undefined
  const { stage, close } = await openStage(config, scenario, options, signal)
  try {
    truth?.run(scenario, stage)
    const played = await play(scenario, { stage, tell: print, password: newSecret(), signal, ...truth?.listener })
    truth?.end({ at: stage.toSent(stage.now()), facts: played.facts, messages: played.messages })
    const tookMs = systemClock.now() - begun
    print(resultLine({ played, tookMs }, stage.now() - scenario.start))
    return { played, tookMs }
  } finally {
    await close()
  }
}

async function openStage(config: Config, scenario: Scenario, options: RunOptions, signal: AbortSignal) {
  if (!isElsewhere(options)) {
    const level = config.log === 'warn' ? 'fatal' : config.log
    return openOwnHouse({ start: scenario.start, real: options.real === true, log: level, signal })
  }
  const stage = await openRunning(config, options, scenario.start, signal)
  return {
    stage,
    async close() {
      const left = await removeRegistered(stage, scenario)
      if (left.length > 0) print({ tone: 'quiet', text: `  could not be removed from that Vigil: ${left.join(', ')}` })
    },
  }
}

/** The truth of one run, a line a fact, as they happen. */
function openTruth(path: string) {
  const { write, close } = openLines('--truth', path)
  return {
    run(scenario: Scenario, stage: Stage) {
      const homes = [...scenario.homes.values()].map((home) => ({
        ...home,
        id: `${stage.prefix}${home.id}`,
        devices: home.devices.map((device) => ({ ...device, id: `${stage.prefix}${device.id}` })),
      }))
      write(truthLines.run(runOf(scenario.seed, stage.toSent(scenario.start), homes)))
    },
    listener: { onFact: (fact) => write(truthLines.fact(fact)) } satisfies Partial<PlayOptions>,
    end(end: TruthEnd) {
      write(truthLines.end(end))
      close()
    },
  }
}

const tally = (runs: readonly Timed[], ...outcomes: string[]): number =>
  runs.reduce((sum, { played }) => sum + played.verdicts.filter(({ outcome }) => outcomes.includes(outcome)).length, 0)

function resultLine(run: Timed, lasted: number): Line {
  const [held, failed, gaps] = [tally([run], 'held'), tally([run], 'failed', 'closed_gap'), tally([run], 'known_gap')]
  const parts = [
    `${held} held`,
    failed > 0 && `${failed} did not`,
    gaps > 0 && `${gaps} known gap${gaps > 1 ? 's' : ''}`,
  ]
  const told = parts.filter((part) => part !== false).join(', ')
  const pace = `${inWords(lasted)} in ${(run.tookMs / 1_000).toFixed(1)} s`
  return { tone: failed > 0 ? 'failed' : 'held', text: `  ${failed > 0 ? 'FAILED' : 'passed'}: ${told}; ${pace}\n` }
}

function summaryOf(runs: readonly Timed[], of: number): string {
  const passed = runs.filter(({ played }) => played.passed).length
  const gaps = tally(runs, 'known_gap')
  const told = gaps > 0 ? `; ${gaps} known gap${gaps > 1 ? 's' : ''}` : ''
  return `${passed} of ${of} scenario${of === 1 ? '' : 's'} passed${told}`
}

const styles: Record<Tone, Parameters<typeof styleText>[0]> = {
  title: 'bold',
  step: 'cyan',
  device: 'reset',
  ticket: 'yellow',
  held: 'green',
  failed: 'red',
  gap: 'magenta',
  quiet: 'gray',
}

/** Colour only where a person looks on, and nobody said no (NO_COLOR). */
function print({ tone, text }: Line): void {
  const shown = process.stdout.isTTY ? styleText(styles[tone], text, { stream: process.stdout }) : text
  process.stdout.write(`${shown}\n`)
}
