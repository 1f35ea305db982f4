import { seededRandom, seedOf } from '../../domain/random.ts'
import { followEvents } from '../api/live_events.ts'
import { countDevices, type HomePlan } from '../home/home.ts'
import { runOf, type Truth } from '../truth.ts'
import { madeUpHomes } from '../world/made_up.ts'
import { count, duration, type LoadAccount } from './account.ts'
import { planEmergencies, withButton } from './emergencies.ts'
import type { Emergency, FromWorker } from './messages.ts'
import type { LoadOptions } from './options.ts'
import { choosePace, type Given, homesWithoutTicket, listAgain, shareOf } from './prepare.ts'
import { type Moment, progressLine } from './progress.ts'
import { dealOut } from './shares.ts'
import { type TicketWatch, watchTickets } from './tickets.ts'
import { startWorkers, type Workers } from './workers.ts'

export type LoadRun = { account: LoadAccount; truth: Truth }

const PROGRESS_EVERY = 1_000
const LOOK_EVERY = 100
/** The last emergency begins so long before the end, and the first so long after the ramp, ms. */
const ASIDE = 1_000

/** What is known while a load runs. */
type Run = {
  options: LoadOptions
  plans: readonly HomePlan[]
  workers: Workers
  watch: TicketWatch
  troubles: string[]
  connectedMost: number
  startAt: number
  /** Emergencies after it are not expected. */
  restAt: number
}

/** Lets homes live against a running Vigil as its load, and gives the account. Rejects where it cannot begin. */
export async function runLoad(options: LoadOptions): Promise<LoadRun> {
  const { clock, screen, seed, httpUrl, adminToken } = options
  const plans = madeUpHomes(seed, options.homes)
  const pace = choosePace(plans, options)
  const tokens = await options.register(plans)
  const { free, known } = await homesWithoutTicket(plans, options)
  const watch = watchTickets(new Set(free.map(({ id }) => id)), known)
  const following = await followEvents({
    httpUrl,
    token: adminToken,
    clock,
    onEvent: (event) => watch.event(event, clock.now()),
    onReset: () => void listAgain(watch, options),
  })
  const truth: Truth = { run: runOf(seed, clock.now(), plans), facts: [], end: undefined }
  const run = begin(options, plans, watch, (message) => hear(message, run, truth), { pace, tokens })
  const stopShowing = keepShowing(run)
  try {
    await untilConnected(run)
    await liveOn(run, free)
    await settle(run)
  } finally {
    stopShowing()
    screen.note('closing the connections')
    await Promise.all([run.workers.close(), following.close()])
  }
  const account = accountOf(run)
  truth.facts.sort((a, b) => a.at - b.at)
  truth.end = { at: run.restAt, facts: truth.facts.length, messages: account.tally.sent }
  return { account, truth }
}

function begin(
  options: LoadOptions,
  plans: readonly HomePlan[],
  watch: TicketWatch,
  onMessage: (message: FromWorker) => void,
  given: Given,
): Run {
  const troubles: string[] = []
  const workers = startWorkers({
    shares: dealOut(plans, options.files).map((part) => shareOf(part, plans, options, given)),
    homesOf: ({ first, count }) => plans.slice(first, first + count).map(({ id }) => id),
    hear: onMessage,
    onTrouble(sentence) {
      troubles.push(sentence)
      options.screen.note(sentence)
    },
  })
  const startAt = options.clock.now()
  return { options, plans, workers, watch, troubles, connectedMost: 0, startAt, restAt: Number.POSITIVE_INFINITY }
}

function hear(message: FromWorker, run: Run, truth: Truth): void {
  if (message.said === 'told') run.watch.told(message.told)
  else if (message.said === 'fact') truth.facts.push(message.fact)
  else if (message.said === 'needs_token') void renew(run, message.device)
  else if (message.said === 'tally') run.connectedMost = Math.max(run.connectedMost, run.workers.tally().connected)
}

async function renew({ options, workers }: Run, device: string): Promise<void> {
  workers.giveToken(device, await options.renewToken(device).catch(() => undefined))
}

function keepShowing(run: Run): () => void {
  const { clock, screen } = run.options
  const momentNow = (): Moment => {
    const at = clock.now()
    return { at, tally: run.workers.tally(), tickets: run.watch.account(Math.min(at, run.restAt)) }
  }
  let before = momentNow()
  let cancel = clock.after(PROGRESS_EVERY, show)
  function show(): void {
    const now = momentNow()
    screen.progress(progressLine(now, before), now.at)
    before = now
    cancel = clock.after(PROGRESS_EVERY, show)
  }
  return () => cancel()
}

/** Waits until something holds, the time is over, the load broke, or the run is to end; gives whether it holds. */
async function untilTrue(run: Run, withinMs: number, holds: () => boolean, signal?: AbortSignal): Promise<boolean> {
  const { clock } = run.options
  const latest = clock.now() + withinMs
  while (!holds() && clock.now() < latest && run.troubles.length === 0 && !signal?.aborted)
    await clock.sleep(LOOK_EVERY, signal)
  return holds()
}

async function untilConnected(run: Run): Promise<void> {
  const { clock, rampMs, patienceMs, screen, signal } = run.options
  const devices = countDevices(run.plans)
  const all = await untilTrue(run, rampMs + patienceMs, () => run.workers.tally().connected === devices, signal)
  const took = duration(clock.now() - run.startAt)
  if (all) screen.note(`all ${count(devices)} devices are connected after ${took}`)
  else screen.note(`${count(run.workers.tally().connected)} of ${count(devices)} devices are connected after ${took}`)
}

/** The run itself, from the end of the ramp: emergencies, and the storm when its time has come. */
async function liveOn(run: Run, free: readonly HomePlan[]): Promise<void> {
  const { clock, forMs = Number.POSITIVE_INFINITY, stormAtMs = Number.POSITIVE_INFINITY, signal } = run.options
  const from = clock.now()
  scriptEmergencies(run, free, from)
  await sleepUntil(run, Math.min(from + stormAtMs, from + forMs))
  if (stormAtMs < forMs && !signal.aborted && run.troubles.length === 0) {
    run.options.screen.note('storm: every connection is cut')
    run.workers.storm()
  }
  await sleepUntil(run, from + forMs)
}

function scriptEmergencies({ options, watch, workers }: Run, free: readonly HomePlan[], from: number): void {
  const { emergenciesPerMinute: perMinute, forMs = Number.POSITIVE_INFINITY, seed, screen } = options
  if (perMinute === 0) return
  const emergencies: Emergency[] = planEmergencies(free, {
    perMinute,
    from: from + ASIDE,
    until: from + forMs - ASIDE,
    random: seededRandom(seedOf(seed, 'emergencies')),
  })
  const possible = withButton(free).length
  if (possible < (forMs / 60_000) * perMinute)
    screen.note(
      `each emergency needs a home of its own with a button: at most ${count(possible)} in this run, more with more --homes`,
    )
  for (const { home, at } of emergencies) watch.emergency(home, at)
  workers.script(emergencies)
}

/** Sleeps in pieces, so that a load that broke ends before its time. */
async function sleepUntil(run: Run, at: number): Promise<void> {
  const { clock, signal } = run.options
  await untilTrue(run, at - clock.now(), () => false, signal)
}

/** The lives rest; what is on its way arrives: the last acknowledgements, then the last tickets. */
async function settle(run: Run): Promise<void> {
  const { clock, screen, patienceMs } = run.options
  screen.note('the homes rest; waiting for what is on its way')
  // What was to happen right now may have been cut off by the rest.
  run.restAt = clock.now() - ASIDE
  await untilTrue(run, patienceMs, () => run.workers.tally().connected >= run.connectedMost)
  await run.workers.rest(patienceMs)
  await untilTrue(run, patienceMs, () => run.watch.account(run.restAt).missing.length === 0)
}

function accountOf(run: Run): LoadAccount {
  const { options, workers, watch, troubles, connectedMost, startAt, restAt } = run
  return {
    homes: options.homes,
    tally: workers.tally(),
    connectedMost,
    tickets: watch.account(restAt),
    troubles,
    seconds: (options.clock.now() - startAt) / 1_000,
  }
}
