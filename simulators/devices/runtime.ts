import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import type { Change } from '../life/scene.ts'
import type { DeviceModel, DevicePlan, Message, Report, Senses, Woken } from './device.ts'
import type { Quirk } from './quirks.ts'
import { checkTraits, quirksOf } from './traits.ts'

const DAY = 24 * 3_600_000
/** From the press on the reset button, or from power, to the first report. */
export const BOOTS_IN = 20_000
/** A charger fills an empty device in this long. */
const FILLS_IN = 1.5 * 3_600_000

/** Percent of the charge at `at`, and what it gains a millisecond (negative: loses). */
type Battery = { level: number; at: number; gains: number }

/**
 * The hardware round a model: clock, sequence numbers, charge, power and firmware faults. Times in epoch ms, true time.
 * Owned by one home and changed only by the functions here.
 */
export type Machine = {
  readonly plan: DevicePlan
  readonly model: DeviceModel
  readonly wearer: string
  readonly seed: number
  /** The model at work; undefined while it has no power or starts. */
  running: { wake(senses: Senses): Woken<unknown> } | undefined
  /** When the model wants to be woken. */
  wakeAt: number
  /** When a reboot is done; Infinity where none is under way. */
  bootsAt: number
  boots: number
  seq: number
  battery: Battery
  worn: boolean
  /** Taken off by script until then: nobody puts it on before. */
  offUntil: number
  /** What the device's clock is off by at `since`; it drifts from there. */
  clock: { offset: number; since: number }
  sendsTwiceUntil: number
  outageUntil: number
  /** Whether its line is up, as last told to the outside. */
  line: boolean
  /** The model's stream of chance, and the one of the faults. */
  random: Random
  chance: Random
  readonly quirks: readonly Quirk[]
}

/** What the home lends a machine for one wake. */
export type Surroundings = Pick<Senses, 'at' | 'scene' | 'change' | 'vitals' | 'position'>

/** A machine that has not started yet; `boot` starts it. Throws a sentence for traits and quirks that there are not. */
export function createMachine(
  plan: DevicePlan,
  model: DeviceModel,
  { seed, startAt, wearer }: { seed: number; startAt: number; wearer: string },
): Machine {
  checkTraits(plan)
  const { clockOffset = 0, charge = 100 } = plan.traits ?? {}
  const machine: Machine = {
    plan,
    model,
    wearer,
    seed,
    running: undefined,
    wakeAt: Number.POSITIVE_INFINITY,
    bootsAt: Number.POSITIVE_INFINITY,
    boots: 0,
    seq: 0,
    battery: { level: charge, at: startAt, gains: 0 },
    worn: true,
    offUntil: 0,
    clock: { offset: clockOffset, since: startAt },
    sendsTwiceUntil: 0,
    outageUntil: 0,
    line: true,
    random: seededRandom(seedOf(seed, 'device', plan.id, 0)),
    chance: seededRandom(seedOf(seed, 'faults', plan.id)),
    quirks: quirksOf(plan),
  }
  discharge(machine, startAt)
  return machine
}

/** Charge at `at`, percent. */
export const chargeAt = ({ battery: { level, at: since, gains } }: Machine, at: number): number =>
  Math.min(100, Math.max(0, level + (at - since) * gains))

function setBattery(machine: Machine, at: number, gains: number, level = chargeAt(machine, at)): void {
  machine.battery = { level, at, gains }
}

const discharge = (machine: Machine, at: number): void =>
  setBattery(
    machine,
    at,
    machine.model.batteryDays === Number.POSITIVE_INFINITY ? 0 : -100 / machine.model.batteryDays / DAY,
  )

function emptyAt({ running, battery: { level, at, gains } }: Machine): number {
  return running && gains < 0 ? Math.ceil(at - level / gains) : Number.POSITIVE_INFINITY
}

/** When the machine next does something by itself; Infinity where never. */
export const nextOf = (machine: Machine): number => Math.min(machine.wakeAt, machine.bootsAt, emptyAt(machine))

/** What the device's clock shows at the true time `at`, ms. */
export function shownTime({ clock, plan }: Machine, at: number): number {
  const drift = ((at - clock.since) * (plan.traits?.driftPpm ?? 0)) / 1e6
  return Math.round(at + clock.offset + drift)
}

const sensesOf = (machine: Machine, around: Surroundings): Senses => ({
  ...around,
  plan: machine.plan,
  wearer: machine.wearer,
  worn: machine.worn,
  charge: chargeAt(machine, around.at),
  random: machine.random,
  pace: machine.plan.traits?.pace ?? 1,
})

/** The payload as the contract has it: time and number first. */
function payloadOf(report: Report, at: number, seq: number): Record<string, unknown> {
  if (report.kind === 'readings') return { at, seq, readings: report.readings }
  if (report.kind === 'motion') return { at, seq, ...report.window }
  const { kind, ago, ...claim } = report
  return { at, seq, ...claim }
}

function messagesOf(machine: Machine, senses: Senses, report: Report): Message[] {
  machine.seq += 1
  const payload = payloadOf(report, shownTime(machine, senses.at - (report.ago ?? 0)), machine.seq)
  const said = machine.quirks.reduce<Message[]>(
    (messages, quirk) => messages.flatMap((message) => quirk.apply(message)),
    [{ kind: report.kind, payload }],
  )
  const share = machine.plan.traits?.duplicates ?? 0
  const twice = senses.at < machine.sendsTwiceUntil || (share > 0 && machine.chance() < share)
  return twice ? said.flatMap((message) => [message, message]) : said
}

function take(machine: Machine, senses: Senses, woken: Woken<unknown>): Message[] {
  machine.wakeAt = woken.wakeAt
  return woken.reports.flatMap((report) => messagesOf(machine, senses, report))
}

/** Starts the model anew: state, sequence numbers and chance. Nothing happens without charge. */
export function boot(machine: Machine, around: Surroundings): Message[] {
  machine.bootsAt = Number.POSITIVE_INFINITY
  if (chargeAt(machine, around.at) <= 0) return []
  machine.seq = 0
  machine.random = seededRandom(seedOf(machine.seed, 'device', machine.plan.id, machine.boots++))
  const senses = sensesOf(machine, around)
  const { first, wake } = machine.model.start(senses)
  machine.running = { wake }
  return take(machine, senses, first)
}

/** Without power or in a reboot: silent and blind. */
function halt(machine: Machine): void {
  machine.running = undefined
  machine.wakeAt = Number.POSITIVE_INFINITY
}

/** Off now, on again after `BOOTS_IN`. */
export function reboot(machine: Machine, at: number): void {
  halt(machine)
  machine.bootsAt = at + BOOTS_IN
}

/** Lets the machine notice a change, where it can. */
export function notice(machine: Machine, around: Surroundings & { change: Change }): Message[] {
  if (!machine.running) return []
  const senses = sensesOf(machine, around)
  return take(machine, senses, machine.running.wake(senses))
}

/** What the machine does by itself at its `nextOf`: starts, falls silent without charge, or wakes. */
export function wakeUp(machine: Machine, around: Surroundings): Message[] {
  const { at } = around
  if (machine.bootsAt <= at) return boot(machine, around)
  if (emptyAt(machine) <= at) {
    halt(machine)
    return []
  }
  const senses = sensesOf(machine, around)
  const said = take(machine, senses, machine.running?.wake(senses) ?? { state: undefined, reports: [], wakeAt: at })
  if (machine.wakeAt <= at) throw new Error(`${machine.plan.id}: its model wants to wake in the past`)
  return said
}

/** The charge is `percent` from now on: at 0 the machine falls silent, above it a silent one starts. */
export function setCharge(machine: Machine, at: number, percent: number): void {
  setBattery(machine, at, machine.battery.gains, percent)
  if (percent <= 0) halt(machine)
  else power(machine, at)
}

function power(machine: Machine, at: number): void {
  if (!machine.running && machine.bootsAt === Number.POSITIVE_INFINITY) machine.bootsAt = at + BOOTS_IN
}

/** Taken off and laid on the charger. */
export function takeOff(machine: Machine, at: number): void {
  machine.worn = false
  setBattery(machine, at, 100 / FILLS_IN)
  power(machine, at)
}

/** Taken from the charger and put on. */
export function putOn(machine: Machine, at: number): void {
  machine.worn = true
  discharge(machine, at)
}

/** When the charger has filled it. */
export const fullAt = (machine: Machine, at: number): number =>
  at + Math.ceil(((100 - chargeAt(machine, at)) / 100) * FILLS_IN)
