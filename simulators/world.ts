import { type Random, seededRandom } from '../domain/random.ts'
import type { Room } from './day.ts'
import type { Happening } from './devices/device.ts'
import { createHome, type HomePlan, type Scripted, type SimulatedHome, type Spoken } from './home.ts'

/** Homes that live side by side, with what happens to them. */
export type World = {
  homes: readonly SimulatedHome[]
  /** Lives on to `at` (epoch ms) and gives what all devices say on the way, home by home in order of time. */
  step(at: number): Spoken[]
}

/** When the demo's first events happen, ms after the start: both within the first 40 s. */
const FIRST_PRESS = 10_000
const FIRST_FALL = 25_000
/** Between two presses of somebody who presses again. */
const PRESSES_AGAIN = 2_000
/** Later events come this far apart, ms. */
const LATER_LEAST = 4 * 60_000
const LATER_MOST = 9 * 60_000

const pressedThrice = (at: number): Scripted[] =>
  [0, 1, 2].map((n) => ({ at: at + n * PRESSES_AGAIN, happening: { what: 'press' } }))

const fallIn = (room: Room, at: number): Scripted[] => [{ at, happening: { what: 'fall', room } }]

const radarRoom = ({ devices }: HomePlan): Room | undefined => devices.find(({ kind }) => kind === 'radar')?.room

/** What can happen in a home so that its devices notice. */
function possible(plan: HomePlan): Happening[] {
  const has = (kind: string) => plan.devices.some((device) => device.kind === kind)
  const room = radarRoom(plan)
  return [
    ...(has('pendant') ? [{ what: 'press' } as const] : []),
    ...(room ? [{ what: 'fall', room } as const] : []),
    ...(has('smoke') ? [{ what: 'smoke' } as const] : []),
  ]
}

/** The demo's beginning: an SOS pressed three times in the first home with a pendant, a fall in the first with a radar. */
function opening(homes: readonly SimulatedHome[], startAt: number): void {
  const withPendant = homes.find(({ plan }) => plan.devices.some(({ kind }) => kind === 'pendant'))
  for (const event of pressedThrice(startAt + FIRST_PRESS)) withPendant?.script(event)
  const withRadar = homes.find(({ plan }) => radarRoom(plan))
  const room = withRadar && radarRoom(withRadar.plan)
  if (room) for (const event of fallIn(room, startAt + FIRST_FALL)) withRadar.script(event)
}

const pick = <T>(random: Random, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]

function scriptLater(homes: readonly SimulatedHome[], at: number, random: Random): void {
  const home = pick(random, homes)
  const happening = home && pick(random, possible(home.plan))
  if (happening) home.script({ at, happening })
}

/** The demo's homes from `startAt` (epoch ms) on. The same plans, seed and start say the same, message for message. */
export function createWorld(plans: readonly HomePlan[], { seed, startAt }: { seed: number; startAt: number }): World {
  const random = seededRandom(seed)
  const homes = plans.map((plan, n) => createHome(plan, { seed: seed * 1_000 + n, startAt }))
  const pause = () => LATER_LEAST + random() * (LATER_MOST - LATER_LEAST)
  opening(homes, startAt)
  let nextEvent = startAt + pause()
  return {
    homes,
    step(at) {
      for (; nextEvent <= at; nextEvent += pause()) scriptLater(homes, nextEvent, random)
      return homes.flatMap((home) => home.step(at))
    },
  }
}
