import { seededRandom, seedOf } from '../../domain/random.ts'
import { chargeAt, fullAt, type Machine, setCharge } from '../devices/runtime.ts'
import { atLocal, DAY, localDay, MINUTE } from '../life/calendar.ts'
import { between } from '../life/draw.ts'
import type { Home, Upkeep } from './state.ts'
import { wear } from './troubles.ts'

/** What lasts no longer than this has a charger, ms; everything else takes batteries. */
const CHARGEABLE = 30 * DAY
/** Below this (percent) what has a charger goes on it in the evening, and what has batteries gets new ones. */
const CHARGES_BELOW = 45
const REPLACES_BELOW = 8
/** The share of days on which somebody gets round to it. */
const GETS_ROUND = 1 / 3
/** Who is asleep, out or on the floor puts it on later. */
const TRIES_AGAIN = 20 * MINUTE

const isChargeable = ({ model }: Machine): boolean => model.worn && model.batteryDays * DAY <= CHARGEABLE

/** The hour of the local day is the home's habit: the evening for what has a charger, the day for batteries. */
function hourOf(machine: Machine): number {
  const random = seededRandom(seedOf(machine.seed, 'upkeep', machine.plan.id))
  return isChargeable(machine) ? between(random, 19, 21.5) : between(random, 9, 18)
}

function nextDay(machine: Machine, after: number): Upkeep {
  const hour = hourOf(machine)
  const today = atLocal(localDay(after), hour)
  return { at: today > after ? today : today + DAY, what: 'upkeep', device: machine.plan.id }
}

/** When somebody first looks at the charge; undefined for what is on the mains. */
export const firstUpkeep = (machine: Machine, at: number): Upkeep | undefined =>
  machine.model.batteryDays === Number.POSITIVE_INFINITY ? undefined : nextDay(machine, at)

/** Whether the wearer can take it off or put it on now. */
function isAtIt({ scene, heldBy }: Home, { wearer }: Machine): boolean {
  const figure = scene.figures.find(({ who }) => who === wearer)
  return figure !== undefined && !heldBy.has(wearer) && figure.doing === 'awake' && figure.room !== 'outside'
}

function looksAt(home: Home, machine: Machine): Upkeep[] {
  const { now, seed } = home
  const charge = chargeAt(machine, now)
  const device = machine.plan.id
  if (!isChargeable(machine)) {
    const random = seededRandom(seedOf(seed, 'batteries', device, localDay(now)))
    if (charge < REPLACES_BELOW && random() < GETS_ROUND) setCharge(machine, now, 100)
    return [nextDay(machine, now)]
  }
  if (charge >= CHARGES_BELOW || !machine.worn || !isAtIt(home, machine)) return [nextDay(machine, now)]
  wear(home, machine, false)
  return [nextDay(machine, now), { at: fullAt(machine, now), what: 'fills', device }]
}

/** Puts on what is full; who cannot now does so later, which may be the next morning. */
function putsOn(home: Home, machine: Machine): Upkeep[] {
  if (machine.worn || home.now < machine.offUntil) return []
  if (!isAtIt(home, machine)) return [{ at: home.now + TRIES_AGAIN, what: 'fills', device: machine.plan.id }]
  wear(home, machine, true)
  return []
}

/** What a day's care for one device comes to, and when it is next looked at. */
export function upkeep(home: Home, { what, device }: Upkeep): Upkeep[] {
  const machine = home.machines.find(({ plan }) => plan.id === device)
  if (!machine) return []
  return what === 'upkeep' ? looksAt(home, machine) : putsOn(home, machine)
}
