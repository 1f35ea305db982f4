import type { Position } from '../domain/message.ts'
import { type Random, seededRandom } from '../domain/random.ts'
import type { Room } from './day.ts'
import type { Happening, Machine, Message } from './devices/device.ts'
import { type DeviceKind, deviceModels } from './devices/models.ts'
import { type Body, bodyAt, fall, liveOn, makePerson, type Person } from './resident.ts'

/** A device as planned. `room` is where it is fixed; a worn or carried device has none. */
export type DevicePlan = { id: string; kind: DeviceKind; room?: Room }

/** A home to simulate. `label` names it in log lines. One resident: homes of several come with the scenarios. */
export type HomePlan = { id: string; label: string; position: Position; devices: readonly DevicePlan[] }

/** A message with the device that has it to say. */
export type Spoken = { home: HomePlan; device: DevicePlan; message: Message }

/** Something that is to happen at an instant (epoch ms). */
export type Scripted = { at: number; happening: Happening }

export type SimulatedHome = {
  plan: HomePlan
  /** The resident as of the last step. */
  body(): Body
  /** Puts something into the script; what lies in the past happens with the next step. */
  script(event: Scripted): void
  /** Lives on to `at` (epoch ms, rising by any step) and gives what the devices say on the way. */
  step(at: number): Spoken[]
}

/** Somebody who fell is found and helped up after this long. */
const HELPED_AFTER = 6 * 60_000
/** The grain of the simulation, ms. Every message's time is the start plus a whole number of these. */
const GRAIN = 1_000

type Life = { person: Person; body: Body; events: Scripted[]; machines: { device: DevicePlan; machine: Machine }[] }

function takeDue(life: Life, at: number): Happening[] {
  const due = life.events.filter((event) => event.at <= at)
  life.events = life.events.filter((event) => event.at > at)
  return due.map(({ happening }) => happening)
}

function bodyAfter(life: Life, at: number, happenings: Happening[], random: Random): Body {
  const body = liveOn(life.person, life.body, at, random)
  return happenings.reduce((was, what) => (what.what === 'fall' ? fall(was, what.room, at + HELPED_AFTER) : was), body)
}

function liveOneGrain(plan: HomePlan, life: Life, at: number, random: Random): Spoken[] {
  const happenings = takeDue(life, at)
  life.body = bodyAfter(life, at, happenings, random)
  return life.machines.flatMap(({ device, machine }) =>
    machine
      .step({ at, room: device.room, body: life.body, happenings, position: plan.position, random })
      .map((message) => ({ home: plan, device, message })),
  )
}

/** A home that lives. The same plan, seed, start and script say the same, message for message. */
export function createHome(plan: HomePlan, { seed, startAt }: { seed: number; startAt: number }): SimulatedHome {
  const random = seededRandom(seed)
  const person = makePerson(random)
  const life: Life = {
    person,
    body: bodyAt(person, startAt),
    events: [],
    machines: plan.devices.map((device) => ({ device, machine: deviceModels[device.kind].start() })),
  }
  return {
    plan,
    body: () => life.body,
    script: (event) => void life.events.push(event),
    step(at) {
      const spoken: Spoken[] = []
      while (life.body.at + GRAIN <= at) spoken.push(...liveOneGrain(plan, life, life.body.at + GRAIN, random))
      return spoken
    },
  }
}
