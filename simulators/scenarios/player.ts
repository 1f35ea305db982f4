import { systemClock } from '../../domain/clock.ts'
import { seededRandom, seedOf } from '../../domain/random.ts'
import { signals } from '../../domain/signals.ts'
import type { LiveEvent, Receipt } from '../../domain/ticket.ts'
import type { DevicePlan, Message } from '../devices/device.ts'
import type { HomePlan, Output, SimulatedHome } from '../home.ts'
import { type Fleet, openFleet } from '../links/fleet.ts'
import { followEvents } from '../live_events.ts'
import { recordsOf } from '../registry/household.ts'
import { openTokenBook, register } from '../registry/register.ts'
import type { Fact } from '../truth.ts'
import { callingIn } from './judge.ts'
import { type Naming, namingWith } from './naming.ts'
import { createDispatcher, type Dispatcher } from './operator.ts'
import { homeOf } from './possible.ts'
import type { Scenario, Step } from './scenario.ts'
import { createSeen, type Seen } from './seen.ts'
import type { Stage } from './stage.ts'
import { type Line, stamp, type Tone, ticketLine, verdictLine } from './timeline.ts'
import { inWords } from './times.ts'
import { createVerdicts, isFailure, type Verdict, type Verdicts } from './verdicts.ts'

export type PlayOptions = {
  stage: Stage
  /** Takes what happens as it happens. */
  tell(line: Line): void
  /** Takes what really happens, with the names and the time that Vigil has for it. */
  onFact?(fact: Fact): void
  /** A password for the run's dispatcher. */
  password: string
  signal: AbortSignal
}

/** How a run ended. `messages`: what the devices said. */
export type Played = {
  scenario: Scenario
  verdicts: readonly Verdict[]
  passed: boolean
  messages: number
  facts: number
}

/** A run under way. */
type Play = PlayOptions & {
  scenario: Scenario
  naming: Naming
  homes: readonly SimulatedHome[]
  seen: Seen
  verdicts: Verdicts
  fleet: Fleet
  dispatcher: Dispatcher
  cursor(): number
  called(device: string): string
  say(tone: Tone, text: string, at?: number): void
  counts: { messages: number; facts: number }
  /** Devices without a line, by script. */
  cut: Set<string>
  /** Parts of Vigil that are to come back, and when. */
  returning: { part: Parameters<NonNullable<Stage['parts']>['start']>[0]; at: number }[]
}

/** The longest leap, ms: Vigil's own rhythms, and what is kept in memory, go by it. */
const strideMs = 10 * 60_000
/** While something is expected soon quiet messages wait for each other no longer than this, ms. */
const tenseGrainMs = 60_000
/** While devices find their way back to a Vigil that was away, ms. */
const recoveringMs = 250
/** What sockets are given between two looks, and a connection to be made, ms of real time. */
const breathMs = 1
const handshakeMs = 5
/** How long after the end of the script Vigil and the devices may take to get rid of what they have, ms. */
const patienceMs = 5 * 60_000

/** Plays a scenario on a stage, to its end. Rejects where the stage fails, not where an expectation does. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Played> {
  const { stage } = options
  const naming = namingWith(stage.prefix)
  const seen = createSeen(scenario, naming)
  const called = callingIn(scenario)
  const show = stamp(scenario)
  const say = (tone: Tone, text: string, at = stage.now()) => options.tell({ tone, text: `  ${show(at)}  ${text}` })
  const homes = homesOf(scenario)
  const tokens = await stage.during(registered(scenario, naming, options))
  const following = await stage.during(
    followEvents({
      httpUrl: stage.httpUrl,
      token: stage.adminToken,
      clock: stage.clock,
      onEvent: (event) => takeEvent(event, seen, stage.now(), called, say),
    }),
  )
  const fleet = openFleet({
    mqttUrl: stage.mqttUrl,
    httpUrl: stage.httpUrl,
    homes: [...scenario.homes.values()].map(naming.plan),
    token: (device, refused) => tokens.tokenOf(device, refused),
    onReceipt: (device: DevicePlan, _home: HomePlan, receipt: Receipt) =>
      seen.receipt({ at: stage.now(), device: naming.back(device.id), receipt }),
    onState: () => {},
    clock: stage.wire,
    random: seededRandom(seedOf(scenario.seed, 'fleet')),
    signal: options.signal,
    trueToSent: (at) => stage.toSent(at),
  })
  const run: Play = {
    ...options,
    scenario,
    naming,
    homes,
    seen,
    verdicts: createVerdicts(),
    fleet,
    dispatcher: createDispatcher(stage, options.password),
    cursor: following.cursor,
    called,
    say,
    counts: { messages: 0, facts: 0 },
    cut: new Set(),
    returning: [],
  }
  try {
    say('quiet', `${count(devicesIn(scenario), 'device')} in ${count(scenario.homes.size, 'home')} begin to live`)
    await playSteps(run)
    await finish(run)
  } finally {
    await stage.during(fleet.close())
    await stage.during(following.close())
  }
  const verdicts = run.verdicts.all
  return { scenario, verdicts, passed: !verdicts.some(isFailure), ...run.counts }
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
const devicesIn = ({ homes }: Scenario): number =>
  [...homes.values()].reduce((sum, home) => sum + home.devices.length, 0)

/** The homes with the whole script in them. Throws where something in it cannot happen. */
function homesOf(scenario: Scenario): SimulatedHome[] {
  const living = new Map([...scenario.homes.keys()].map((name) => [name, homeOf(scenario, name)]))
  for (const step of scenario.steps)
    if (step.does === 'happens') living.get(step.home)?.script({ at: step.at, event: step.event })
  return [...living.values()]
}

async function registered(scenario: Scenario, naming: Naming, { stage, signal }: PlayOptions) {
  const area = naming.out('scenarios')
  const options = { httpUrl: stage.httpUrl, adminToken: stage.adminToken, clock: systemClock, signal }
  const records = recordsOf(
    [{ id: area, name: 'Scenarios' }],
    [...scenario.homes.values()].map((home) => ({ plan: naming.plan(home), area })),
  )
  return openTokenBook(options, await register(options, records))
}

function takeEvent(event: LiveEvent, seen: Seen, at: number, called: Play['called'], say: Play['say']): void {
  const taken = seen.event(event, at)
  const line = taken && ticketLine(event, taken.seen, taken.isNew, called)
  if (line) say('ticket', line, at)
}

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

/** All devices must be in before anything happens, as they are in a home where nothing has happened yet. */
async function begin(run: Play): Promise<void> {
  const { stage, scenario, fleet } = run
  await recover(run, () => fleet.connected() === devicesIn(scenario))
  await live(run, stage.now())
}

async function nextInstant(run: Play, steps: readonly Step[]): Promise<number> {
  const { stage, scenario, verdicts, returning } = run
  const now = stage.now()
  const timer = (await stage.nextTimer()) ?? Number.POSITIVE_INFINITY
  const later = [steps[0]?.at, verdicts.next(now), timer > now ? timer : undefined, ...returning.map(({ at }) => at)]
  const known = [...later.filter((at) => at !== undefined), now + strideMs, Math.max(scenario.end, now)]
  return Math.max(now, Math.min(...known))
}

function look(run: Play, phase: 'before' | 'after'): void {
  const { seen, stage, called, verdicts, say } = run
  for (const verdict of verdicts.look({ seen, now: stage.now(), phase, called })) {
    const { tone, text } = verdictLine(verdict)
    say(tone, text)
  }
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

async function workTicket({ dispatcher, seen, verdicts, say }: Play, step: Extract<Step, { does: 'works' }>) {
  const wrong = await dispatcher.work(step, seen)
  if (wrong === undefined) return
  const { text } = verdictLine(verdicts.note(false, saying(step), wrong, step.at))
  say('failed', text)
}

async function strikePart(run: Play, { part, downFor, at }: Extract<Step, { does: 'system' }>): Promise<void> {
  const { stage } = run
  await stage.during(stage.parts!.stop(part))
  if (downFor > 0) run.returning.push({ part, at: at + downFor })
  else await stage.during(stage.parts!.start(part))
}

/** Lives on to an instant, sending what devices say on the way when they say it. */
async function live(run: Play, to: number): Promise<void> {
  const { stage, homes } = run
  const outputs = homes.flatMap((home) => home.step(Math.max(to, run.scenario.start))).sort((a, b) => a.at - b.at)
  const isTense = run.verdicts.next(stage.now()) - stage.now() < strideMs
  const grain = isTense ? Math.min(stage.grain, tenseGrainMs) : stage.grain
  for (const batch of batchesOf(pruned(run, outputs, to), grain)) {
    const at = Math.max(stage.now(), batch.at)
    await recoverUntil(run, at)
    for (const output of batch.outputs) carry(run, output)
    if (batch.urgent) await settle(run)
    else await acknowledged(run)
  }
  await recoverUntil(run, to)
  await settle(run)
}

type Batch = { at: number; urgent: boolean; outputs: Output[] }

const isUrgent = (output: Output): boolean =>
  output.what === 'link' ||
  (output.what === 'message' && (output.message.kind !== 'readings' || saysHazard(output.message)))

/** A reading such as `smoke: 1` is a signal too for Vigil. */
function saysHazard({ payload }: Message): boolean {
  const values = (payload.readings ?? {}) as Record<string, unknown>
  return Object.keys(signals).some((signal) => Number(values[signal]) > 0)
}

/** Quiet messages may wait for each other a little; whatever may matter leaves at its instant. */
function batchesOf(outputs: readonly Output[], grain: number): Batch[] {
  const batches: Batch[] = []
  let from = 0
  for (const output of outputs) {
    const last = batches.at(-1)
    const urgent = isUrgent(output)
    const joins = last && urgent === last.urgent && output.at - from <= (urgent ? 0 : grain)
    if (joins) last.outputs.push(output)
    else {
      batches.push({ at: output.at, urgent, outputs: [output] })
      from = output.at
    }
    batches.at(-1)!.at = output.at
  }
  return batches
}

/** Where waiting costs time: passes over the quiet part of a stretch, and leaves out what is said in it. */
function pruned(run: Play, outputs: readonly Output[], to: number): readonly Output[] {
  const { stage, verdicts, scenario, seen } = run
  const isAwaited = verdicts.isTense(scenario.end) || seen.tickets.some(({ ticket }) => ticket.state === 'open')
  if (!stage.pass || isAwaited) return outputs
  const matters = outputs.find(isUrgent)?.at ?? to
  const from = stage.now()
  const resume = matters - awakeMs
  if (resume - from < awakeMs) return outputs
  run.say('quiet', `nothing happens: ${inWords(resume - from)} passed over`)
  stage.pass(resume)
  return outputs.filter((output) => output.at > resume || output.what === 'fact')
}

/** Before something happens the home lives at its pace for so long. */
const awakeMs = 30_000

function carry(run: Play, output: Output): void {
  const { naming, fleet, cut, counts } = run
  const renamed = naming.output(output)
  if (renamed.what === 'fact') {
    counts.facts += 1
    const at = run.stage.toSent(renamed.fact.at)
    run.onFact?.({ ...renamed.fact, at, until: run.stage.toSent(renamed.fact.until) })
    return
  }
  if (renamed.what === 'link') {
    if (renamed.up) cut.delete(renamed.device.id)
    else cut.add(renamed.device.id)
  } else counts.messages += 1
  if (output.what === 'message' && output.message.kind === 'signals') {
    const test = output.message.payload.test === true ? ', a test' : ''
    run.say('device', `${run.called(output.device.id)}: ${String(output.message.payload.signal)}${test}`)
  }
  fleet.carry(renamed)
}

/** Whether devices that have a line are not in, or have something that is not acknowledged. */
const isRecovering = ({ fleet, cut, scenario }: Play): boolean => fleet.connected() < devicesIn(scenario) - cut.size

/** Moves on to an instant; in small steps while devices find their way back. */
async function recoverUntil(run: Play, at: number): Promise<void> {
  const { stage } = run
  while (isRecovering(run) && stage.now() < at) {
    await stage.until(Math.min(at, stage.now() + recoveringMs))
    await stage.during(systemClock.sleep(handshakeMs))
    await settle(run)
  }
  await stage.until(at)
}

/** Waits until all that was sent has been acknowledged and worked, as far as that is possible now, and looks at it. */
async function settle(run: Play): Promise<void> {
  await acknowledged(run)
  await run.stage.worked(run.cursor)
  look(run, 'before')
}

/** Waits until all that was sent is acknowledged, or a device is without its line. */
async function acknowledged(run: Play): Promise<void> {
  const { stage, fleet, signal } = run
  let isSettled = false
  const done = () => {
    isSettled = true
  }
  fleet.settled(signal).then(done, done)
  await Promise.resolve()
  while (!isSettled && !isRecovering(run)) await stage.during(systemClock.sleep(breathMs))
}

/** Lets time go on until something is so, or patience is over. */
async function recover(run: Play, isSo: () => boolean): Promise<boolean> {
  const { stage } = run
  const latest = stage.now() + patienceMs
  while (!isSo() && stage.now() < latest) {
    await stage.until(stage.now() + recoveringMs)
    await stage.during(systemClock.sleep(handshakeMs))
    await stage.worked(run.cursor)
  }
  return isSo()
}

/** What every run must show beside what its file says. */
async function finish(run: Play): Promise<void> {
  const { fleet, verdicts, say, stage, seen, cut } = run
  await recover(run, () => !isRecovering(run))
  await settle(run)
  const { acknowledged, dropped } = fleet.account()
  const waiting = fleet.waiting()
  const kept = cut.size > 0 ? waiting : 0
  const sum = `${acknowledged} of ${run.counts.messages} messages`
  const rest = [
    kept > 0 && `${kept} kept by a device without a link`,
    dropped > 0 && `${dropped} given up by a device that was full`,
  ]
  const told = [sum, ...rest.filter((part) => part !== false)].join(', ')
  const all = acknowledged + kept + dropped === run.counts.messages
  const lines = [verdicts.note(all, 'every message is acknowledged or accounted for', told, stage.now())]
  const strange = seen.tickets.filter(({ explained }) => !explained)
  const names = strange.map(
    ({ number, ticket }) => `ticket ${number} (${ticket.kind.replaceAll('_', ' ')}) at no sentence`,
  )
  lines.push(verdicts.note(strange.length === 0, 'every ticket is expected', names.join(', '), stage.now()))
  for (const verdict of lines) {
    const { tone, text } = verdictLine(verdict)
    say(tone, text)
  }
}
