import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import type { HomePlan } from '../home/home.ts'
import { buttonsOf } from '../home/incidents/presses.ts'
import type { Incident } from '../home/script.ts'
import { MINUTE, SECOND } from '../life/calendar.ts'
import type { Hazard } from '../life/scene.ts'
import type { Director } from '../world/world.ts'

/**
 * When the demo's first events happen, ms after the start. Watch and radar may both miss a fall, in about one of a
 * hundred; two falls are there so that whoever looks sees one within the first minute.
 */
const FIRST_PRESS = 10 * SECOND
const FIRST_FALLS = [25 * SECOND, 40 * SECOND]
/** Later events come this far apart, ms. */
const LATER_LEAST = 4 * MINUTE
const LATER_MOST = 9 * MINUTE

const pressedThrice = (device: string): Incident => ({ what: 'press', device, times: 3, every: 2 * SECOND })
const fallIn = ({ room }: HomePlan['devices'][number]): Incident => ({
  what: 'fall',
  liesFor: 6 * MINUTE,
  ...(room && { room }),
})
const ofKind = ({ devices }: HomePlan, kind: string) => devices.filter((device) => device.kind === kind)

const noticedBy: Partial<Record<string, Hazard>> = { smoke: 'smoke', gas: 'gas', water_leak: 'leak' }

/** What can happen in a home so that its devices notice. */
function possible(plan: HomePlan): Incident[] {
  const hazards = plan.devices.flatMap(({ kind, room = 'kitchen' }): Incident[] => {
    const hazard = noticedBy[kind]
    return hazard ? [{ what: 'hazard', hazard, room, lasts: 5 * MINUTE }] : []
  })
  const falls = [...ofKind(plan, 'radar'), ...ofKind(plan, 'watch')].map(fallIn)
  return [...buttonsOf(plan).map(({ id }) => pressedThrice(id)), ...falls, ...hazards]
}

/** The demo's beginning: an SOS pressed three times in the first home with a pendant, falls in the first two with a radar. */
function opening(plans: readonly HomePlan[]): { home: string; after: number; event: Incident }[] {
  const having = (kind: string) =>
    plans.flatMap((plan) =>
      ofKind(plan, kind)
        .slice(0, 1)
        .map((device) => ({ home: plan.id, device })),
    )
  const press = having('pendant').slice(0, 1)
  const falls = having('radar').slice(0, FIRST_FALLS.length)
  return [
    ...press.map(({ home, device }) => ({ home, after: FIRST_PRESS, event: pressedThrice(device.id) })),
    ...falls.map(({ home, device }, n) => ({ home, after: FIRST_FALLS[n]!, event: fallIn(device) })),
  ]
}

const pick = <T>(random: Random, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]

/** What happens in the demo beside the routine: something to see at once, then something every few minutes. */
export function demoEvents(plans: readonly HomePlan[], { seed, startAt }: { seed: number; startAt: number }): Director {
  const random = seededRandom(seedOf(seed, 'demo events'))
  const pause = () => LATER_LEAST + random() * (LATER_MOST - LATER_LEAST)
  let at = startAt
  return {
    next: () => at,
    direct(world) {
      if (at === startAt)
        for (const { home, after, event } of opening(plans)) world.script(home, { at: at + after, event })
      else {
        const home = pick(random, plans)
        const event = home && pick(random, possible(home))
        if (event) world.script(home.id, { at, event })
      }
      at += Math.round(pause())
    },
  }
}
