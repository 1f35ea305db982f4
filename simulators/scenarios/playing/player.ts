import { isFailure } from '../judging/verdicts.ts'
import type { Scenario, Step } from '../reading/scenario.ts'
import { finish } from './closing.ts'
import { begin, live } from './living.ts'
import { open } from './opening.ts'
import { Stuck } from './stage.ts'
import { devicesIn, look, note, type Play, type Played, type PlayOptions, strideMs } from './under_way.ts'

/**
 * Plays a scenario on a stage, to its end, or till Vigil is stuck, which fails it. Rejects where the stage fails, not
 * where an expectation does.
 */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Played> {
  const { run, close } = await open(scenario, options)
  try {
    const living = `${count(devicesIn(scenario), 'device')} in ${count(scenario.homes.size, 'home')}`
    run.say('quiet', `${living} begin to live`)
    await playSteps(run)
    await finish(run)
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
    note(run, false, 'the scenario is played to its end', error.message)
  } finally {
    await close()
  }
  const verdicts = run.verdicts.all
  return { scenario, verdicts, passed: !verdicts.some(isFailure), ...run.counts }
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** From instant to instant: live up to it, count, let happen what is written, live on, look at deadlines. */
async function playSteps(run: Play): Promise<void> {
  const { scenario, stage } = run
  const steps = [...scenario.steps]
  await begin(run)
  while (stage.now() < scenario.end || steps.length > 0) {
    run.signal.throwIfAborted()
    const at = await nextInstant(run, steps)
    await live(run, at - 1)
    await stage.until(at)
    look(run, 'before')
    await bringBack(run, at)
    while (steps[0] && steps[0].at <= at) await perform(run, steps.shift()!)
    await live(run, at)
    look(run, 'after')
  }
}

async function nextInstant(run: Play, steps: readonly Step[]): Promise<number> {
  const { stage, scenario, verdicts, returning } = run
  const now = stage.now()
  const timer = (await stage.nextTimer()) ?? Number.POSITIVE_INFINITY
  const later = [steps[0]?.at, verdicts.next(now), timer > now ? timer : undefined, ...returning.map(({ at }) => at)]
  const known = [
    ...later.filter((at) => at !== undefined),
    now + (stage.pass ? Number.POSITIVE_INFINITY : strideMs),
    Math.max(scenario.end, now),
  ]
  return Math.max(now, Math.min(...known))
}

async function bringBack(run: Play, now: number): Promise<void> {
  const due = run.returning.filter(({ at }) => at <= now)
  run.returning = run.returning.filter(({ at }) => at > now)
  for (const { part } of due) {
    await run.stage.during(run.stage.parts!.start(part))
    run.say('step', `${part} is back`)
  }
}

/** The sentence without its time, which stands in front of the line anyway. */
const saying = ({ text }: Step): string =>
  text.replace(/^(at (day \d+ )?[\d:]+|after (\d+(\.\d+)? (ms|s|min|h|days?) ?)+)\s*/, '')

async function perform(run: Play, step: Step): Promise<void> {
  if (step.does === 'expects') return run.verdicts.open(step)
  run.say('step', saying(step))
  if (step.does === 'works') return workTicket(run, step)
  if (step.does === 'system') return strikePart(run, step)
}

async function workTicket(run: Play, step: Extract<Step, { does: 'works' }>): Promise<void> {
  const wrong = await run.dispatcher.work(step, run.seen)
  if (wrong !== undefined) note(run, false, saying(step), wrong)
}

async function strikePart(run: Play, { part, downFor, at }: Extract<Step, { does: 'system' }>): Promise<void> {
  const { stage } = run
  await stage.during(stage.parts!.stop(part))
  if (downFor > 0) run.returning.push({ part, at: at + downFor })
  else await stage.during(stage.parts!.start(part))
}
