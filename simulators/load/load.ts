import type { Clock } from '../../domain/clock.ts'
import { seededRandom, seedOf } from '../../domain/random.ts'
import { ticketStates } from '../../domain/ticket.ts'
import type { HomePlan } from '../home.ts'
import { followEvents } from '../live_events.ts'
import { runOf, type Truth } from '../truth.ts'
import { count, duration, type LoadAccount } from './account.ts'
import { planEmergencies, withButton } from './emergencies.ts'
import { householdsOf } from './households.ts'
import type { Emergency, FromWorker, Share } from './messages.ts'
import { type Moment, progressLine, type Screen } from './progress.ts'
import { paceFor, rateOf } from './rate.ts'
import { dealOut, type Part } from './shares.ts'
import { listTickets } from './ticket_list.ts'
import { type TicketWatch, watchTickets } from './tickets.ts'
import { startWorkers, type Workers } from './workers.ts'

export type LoadOptions = {
  mqttUrl: string
  httpUrl: string
  adminToken: string
  homes: number
  /** Decides the homes, the lives in them and the emergencies. */
  seed: number
  /** Messages a second over all homes; absent: what they send by themselves. */
  rate: number | undefined
  /** Durations in ms. `forMs` and `stormAtMs` count from the end of the ramp; absent: until `signal`, none. */
  rampMs: number
  forMs: number | undefined
  stormAtMs: number | undefined
  emergenciesPerMinute: number
  /** How long to wait for the last connections, the last acknowledgements and the last tickets, each, ms. */
  patienceMs: number
  /** Files that a process of the load may have open, where that is known. */
  files: number | undefined
  /** Registers the homes where they are absent, and gives every device's token. */
  register(homes: readonly HomePlan[]): Promise<Record<string, string>>
  /** A new token for a device whose own is not taken. */
  renewToken(device: string): Promise<string>
  screen: Screen
  clock: Clock
  /** Ends the run, with the account so far. */
  signal: AbortSignal
}

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
  const plans = householdsOf({ seed, first: 0, count: options.homes })
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

const devicesOf = (homes: readonly HomePlan[]): number => homes.reduce((sum, { devices }) => sum + devices.length, 0)

/** Tells the rate that the homes have by themselves, and the pace that brings them to the one that is wanted. */
function choosePace(plans: readonly HomePlan[], { seed, rate, clock, screen }: LoadOptions): number {
  const life = { seed, startAt: clock.now() }
  const rateAt = (pace: number) => rateOf(plans, pace, life)
  screen.note(
    `${count(plans.length)} homes with ${count(devicesOf(plans))} devices (seed ${seed}) send about ${count(rateAt(1))} messages a second by themselves at this hour`,
  )
  if (rate === undefined) return 1
  const paced = paceFor(rate, rateAt)
  screen.note(`with every regular interval times ${paced.pace.toFixed(2)} it is about ${count(paced.rate)} a second`)
  return paced.pace
}

/** Homes with a ticket from before are left alone: a new emergency there would join it. */
async function homesWithoutTicket(plans: readonly HomePlan[], { httpUrl, adminToken, screen }: LoadOptions) {
  const open = ticketStates.filter((state) => state !== 'closed')
  const tickets = await listTickets({ httpUrl, token: adminToken }, open)
  const busy = new Set(tickets.map(({ home }) => home))
  const free = plans.filter(({ id }) => !busy.has(id))
  if (free.length < plans.length)
    screen.note(`${count(plans.length - free.length)} homes have an open ticket from before and get no emergency`)
  return { free, known: new Set(tickets.map(({ id }) => id)) }
}

async function listAgain(watch: TicketWatch, { httpUrl, adminToken }: LoadOptions): Promise<void> {
  // Where this fails too, what was missed is missing in the account.
  const tickets = await listTickets({ httpUrl, token: adminToken }).catch(() => [])
  for (const ticket of tickets) watch.listed(ticket)
}

type Given = { pace: number; tokens: Record<string, string> }

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

function shareOf(part: Part, plans: readonly HomePlan[], options: LoadOptions, { pace, tokens }: Given): Share {
  const { first, count, firstDevice } = part
  const ids = plans.slice(first, first + count).flatMap(({ devices }) => devices.map(({ id }) => id))
  const own = Object.fromEntries(ids.map((id) => [id, tokens[id] ?? '']))
  const { mqttUrl, httpUrl, seed, rampMs } = options
  return { mqttUrl, httpUrl, seed, first, count, firstDevice, tokens: own, pace, rampMs }
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
  const devices = devicesOf(run.plans)
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
