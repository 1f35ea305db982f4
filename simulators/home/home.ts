import type { Position } from '../../domain/message.ts'
import type { DevicePlan, Message } from '../devices/device.ts'
import { deviceModels } from '../devices/models.ts'
import { boot, createMachine, type Machine, nextOf as nextOfMachine, wakeUp } from '../devices/runtime.ts'
import { changed, emptyScene, type Scene } from '../life/scene.ts'
import type { Vitals } from '../life/vitals.ts'
import type { Fact } from '../truth.ts'
import { createDiary } from './diary.ts'
import { checkFeasible, checkPlan } from './feasible.ts'
import { begin, take } from './happen.ts'
import { leadOf } from './incidents/incidents.ts'
import { createInhabitant, type Inhabitant, nextOf as nextOfInhabitant, routineAt, takeNext } from './inhabitant.ts'
import { isTrouble, type Scripted } from './script.ts'
import { around, bodyOf, comeAbout, type Entry, type Home, say } from './state.ts'
import { createThings } from './things.ts'
import { repair, strike, tellLines } from './troubles.ts'
import { firstUpkeep, upkeep } from './upkeep.ts'

/** Somebody who lives in a simulated home. `seed` decides the person: body, habits, every day of the life. */
export type ResidentPlan = { id: string; name?: string; birthYear?: number; seed: number }

/** A home to simulate. `label` names it in log lines. */
export type HomePlan = {
  id: string
  label: string
  position: Position
  residents: readonly ResidentPlan[]
  devices: readonly DevicePlan[]
}

/** How many devices homes have together. */
export const countDevices = (homes: Iterable<Pick<HomePlan, 'devices'>>): number =>
  [...homes].reduce((sum, { devices }) => sum + devices.length, 0)

/** What a home gives to the outside, in order of time (epoch ms, true time). */
export type Output =
  | { what: 'message'; at: number; home: HomePlan; device: DevicePlan; message: Message }
  /** The device's line is gone, or can be had again. */
  | { what: 'link'; at: number; home: HomePlan; device: DevicePlan; up: boolean }
  | { what: 'fact'; at: number; home: HomePlan; fact: Fact }

export type SimulatedHome = {
  plan: HomePlan
  scene(): Scene
  vitals(who: string): Vitals
  /** Puts something into the script; what lies in the past happens with the next step. Throws where it cannot happen in this home (no such device, room or person), with a sentence. */
  script(event: Scripted): void
  /** When something next happens by itself (epoch ms). */
  next(): number
  /** Lives on to `at` (epoch ms, never falling) and gives what comes out on the way. */
  step(at: number): Output[]
}

/** Everybody is where the routine says, without a sensor noticing that they came there. */
function settle(home: Home): void {
  for (const inhabitant of home.inhabitants) {
    const { figure, kept } = routineAt(inhabitant, home.now)
    home.bodies.set(inhabitant.id, inhabitant.body)
    inhabitant.body.follow(home.now, figure)
    home.scene = changed(home.scene, { what: 'moves', figure })
    for (const wanted of home.things.towards(inhabitant.id, kept)) {
      const change = home.things.take(inhabitant.id, wanted, home.scene)
      if (change) home.scene = changed(home.scene, change)
    }
  }
}

/** All devices are switched on at once, so that none finds its gateway still silent. */
function start(home: Home): void {
  for (const machine of home.machines) {
    say(home, machine, boot(machine, around(home)))
    const first = firstUpkeep(machine, home.now)
    if (first) home.diary.put(first)
  }
  tellLines(home)
}

function happen(home: Home, { at, event }: Scripted): void {
  if (isTrouble(event)) strike(home, event)
  else begin(home, { at, event })
}

function turnTo(home: Home, entry: Entry): void {
  switch (entry.what) {
    case 'starts':
      start(home)
      return
    case 'happens':
      happen(home, entry.scripted)
      return
    case 'step':
      take(home, entry.step, entry.by)
      return
    case 'repair':
      repair(home, entry.trouble)
      return
    case 'upkeep':
    case 'fills':
      for (const next of upkeep(home, entry)) home.diary.put(next)
  }
}

function live(home: Home, inhabitant: Inhabitant): void {
  const dated = takeNext(inhabitant)
  if (dated && !home.heldBy.has(inhabitant.id)) comeAbout(home, inhabitant.id, dated.change)
}

function work(home: Home, machine: Machine): void {
  const wasOn = machine.running !== undefined
  const said = wakeUp(machine, around(home))
  if (wasOn !== (machine.running !== undefined)) tellLines(home)
  say(home, machine, said)
}

function nextOf({ diary, inhabitants, machines }: Home): number {
  let next = diary.next()
  for (const inhabitant of inhabitants) next = Math.min(next, nextOfInhabitant(inhabitant))
  for (const machine of machines) next = Math.min(next, nextOfMachine(machine))
  return next
}

/** One thing happens: the script before the people, and the people before the devices. */
function happenOne(home: Home): void {
  const { now, diary, inhabitants, machines } = home
  const entry = diary.next() <= now ? diary.take() : undefined
  const inhabitant = entry ? undefined : inhabitants.find((one) => nextOfInhabitant(one) <= now)
  const machine = entry || inhabitant ? undefined : machines.find((one) => nextOfMachine(one) <= now)
  if (entry) turnTo(home, entry)
  if (inhabitant) live(home, inhabitant)
  if (machine) work(home, machine)
}

function newHome(plan: HomePlan, seed: number, startAt: number): Home {
  checkPlan(plan)
  const wearer = plan.residents[0]?.id ?? ''
  return {
    plan,
    seed,
    now: startAt,
    scene: emptyScene,
    things: createThings(),
    inhabitants: plan.residents.map((resident) => createInhabitant(resident, startAt)),
    bodies: new Map(),
    machines: plan.devices.map((device) =>
      createMachine(device, deviceModels[device.kind], { seed, startAt, wearer: device.wearer ?? wearer }),
    ),
    diary: createDiary(),
    heldBy: new Map(),
    liesUntil: new Map(),
    incidents: 0,
    facts: 0,
    out: [],
  }
}

/** A home that lives from `startAt` (epoch ms) on. The same plan, seed, start and script give the same, message for message. */
export function createHome(plan: HomePlan, { seed, startAt }: { seed: number; startAt: number }): SimulatedHome {
  const home = newHome(plan, seed, startAt)
  settle(home)
  home.diary.put({ at: startAt, what: 'starts' })
  return {
    plan,
    scene: () => home.scene,
    vitals: (who) => bodyOf(home, who).vitals(home.now),
    script(scripted) {
      checkFeasible(plan, scripted)
      const lead = isTrouble(scripted.event) ? 0 : leadOf(plan, scripted.event)
      home.diary.put({ at: Math.max(home.now, scripted.at - lead), what: 'happens', scripted })
    },
    next: () => nextOf(home),
    step(at) {
      for (let next = nextOf(home); next <= at; next = nextOf(home)) {
        home.now = Math.max(home.now, next)
        happenOne(home)
      }
      home.now = Math.max(home.now, at)
      const { out } = home
      home.out = []
      return out
    },
  }
}
