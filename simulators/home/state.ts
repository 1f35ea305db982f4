import { seedOf } from '../../domain/random.ts'
import type { Message } from '../devices/device.ts'
import { type Machine, notice, type Surroundings } from '../devices/runtime.ts'
import { type Body, createBody } from '../life/body.ts'
import { makePerson } from '../life/person.ts'
import { type Change, changed, type Scene } from '../life/scene.ts'
import type { Fact } from '../truth.ts'
import type { Diary } from './diary.ts'
import type { HomePlan, Output } from './home.ts'
import type { Step } from './incidents/steps.ts'
import type { Inhabitant } from './inhabitant.ts'
import type { Scripted, Trouble } from './script.ts'
import type { Things } from './things.ts'

/** Once a day somebody looks at the charge; `fills`: the charger may have filled what lies on it. */
export type Upkeep = { at: number; what: 'upkeep' | 'fills'; device: string }

/** What is still to come beside the routine and the devices' own waking. */
export type Entry =
  | { at: number; what: 'starts' }
  | { at: number; what: 'happens'; scripted: Scripted }
  | { at: number; what: 'step'; step: Step; by: string }
  /** A trouble is over: the line may come back, what was taken off is put on. */
  | { at: number; what: 'repair'; trouble: Trouble }
  | Upkeep

/** A home at work. `now`: epoch ms; everything before it has happened. */
export type Home = {
  readonly plan: HomePlan
  readonly seed: number
  now: number
  scene: Scene
  readonly things: Things
  readonly inhabitants: readonly Inhabitant[]
  /** The bodies of residents and visitors. */
  readonly bodies: Map<string, Body>
  readonly machines: readonly Machine[]
  readonly diary: Diary<Entry>
  /** Which incident has whom; absent: the routine. */
  readonly heldBy: Map<string, string>
  /** Until when who fell lies on the floor, epoch ms. */
  readonly liesUntil: Map<string, number>
  incidents: number
  facts: number
  out: Output[]
}

/** The body of a resident, or of a visitor, who gets one on coming in. */
export function bodyOf({ bodies, seed, now }: Home, who: string): Body {
  const known = bodies.get(who)
  if (known) return known
  const body = createBody(makePerson({ id: who, seed: seedOf(seed, 'visitor', who) }), now)
  bodies.set(who, body)
  return body
}

/** What the home lends a device that wakes. */
export const around = (home: Home, change?: Change): Surroundings => ({
  at: home.now,
  scene: home.scene,
  change,
  position: home.plan.position,
  vitals: (who: string) => bodyOf(home, who).vitals(home.now),
})

/** What a device says now. */
export function say(home: Home, { plan: device }: Machine, messages: Message[]): void {
  for (const message of messages) home.out.push({ what: 'message', at: home.now, home: home.plan, device, message })
}

/** Lets a change come about: bodies follow it, and every device may notice it. */
export function comeAbout(home: Home, by: string, wanted: Change): void {
  const change = home.things.take(by, wanted, home.scene)
  if (!change) return
  home.scene = changed(home.scene, change)
  if (change.what === 'moves') bodyOf(home, change.figure.who).follow(home.now, change.figure)
  if (change.what === 'leaves') home.bodies.delete(change.who)
  const senses = { ...around(home, change), change }
  for (const machine of home.machines) say(home, machine, notice(machine, senses))
}

/** Notes what really happens now. */
export function tell(home: Home, fact: Omit<Fact, 'id' | 'home'>): void {
  home.facts += 1
  const { id } = home.plan
  home.out.push({ what: 'fact', at: home.now, home: home.plan, fact: { id: `${id}-${home.facts}`, home: id, ...fact } })
}
