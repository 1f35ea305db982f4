import { deviceModels } from '../devices/models.ts'
import { rooms } from '../life/scene.ts'
import type { HomePlan } from './home.ts'
import { buttonsOf, cancellable } from './incidents/presses.ts'
import { SHORTEST } from './incidents/steps.ts'
import type { Incident, Scripted, Trouble } from './script.ts'

const sentence = (plan: HomePlan, what: string, why: string): Error => new Error(`${what} in ${plan.id}: ${why}`)

function checkDevice(plan: HomePlan, { what, device: id }: { what: string; device: string }): void {
  if (!plan.devices.some((device) => device.id === id))
    throw sentence(plan, what, `there is no device ${id}; there are ${plan.devices.map((one) => one.id).join(', ')}`)
}

function checkWho(plan: HomePlan, event: Incident | Trouble): void {
  if (!('who' in event) || event.who === undefined) return
  if (!plan.residents.some(({ id }) => id === event.who))
    throw sentence(plan, event.what, `nobody called ${event.who} lives here`)
}

function checkRoom(plan: HomePlan, event: Incident | Trouble): void {
  if (!('room' in event) || event.room === undefined) return
  if (!rooms.includes(event.room)) throw sentence(plan, event.what, `there is no room ${event.room}`)
  if (event.what === 'hazard' && event.room === 'outside') throw sentence(plan, event.what, 'outside is no room of it')
}

function checkDuration(plan: HomePlan, event: Incident | Trouble): void {
  const given = 'lasts' in event ? event.lasts : 'liesFor' in event ? event.liesFor : 1
  if (!(given > 0)) throw sentence(plan, event.what, 'it must last longer than nothing')
  const goesAndComes = event.what === 'wandering' || event.what === 'visit' || event.what === 'absence'
  if (goesAndComes && given < SHORTEST)
    throw sentence(plan, event.what, `going and coming takes ${SHORTEST / 60_000} minutes`)
}

function checkPress(plan: HomePlan, { what, device, times, every }: Extract<Incident, { times: number }>): void {
  if (!Number.isInteger(times) || times < 1) throw sentence(plan, what, 'it must be pressed once or more often')
  if (!(every >= 0)) throw sentence(plan, what, 'the time between two presses must not be negative')
  const buttons = buttonsOf(plan)
  if (buttons.length === 0) throw sentence(plan, what, 'no device here has a button to press')
  if (device === undefined) return
  checkDevice(plan, { what, device })
  if (!buttons.some(({ id }) => id === device)) throw sentence(plan, what, `${device} has no button`)
}

function checkCancel(plan: HomePlan, event: Extract<Incident, { what: 'cancel' }>): void {
  checkDevice(plan, event)
  if (!cancellable(plan).some(({ id }) => id === event.device))
    throw sentence(plan, event.what, `on ${event.device} nobody can say that nothing is wrong`)
}

function checkTrouble(plan: HomePlan, event: Trouble): void {
  checkDevice(plan, event)
  const device = plan.devices.find(({ id }) => id === event.device)
  if (event.what === 'taken_off' && device && !deviceModels[device.kind].worn)
    throw sentence(plan, event.what, `${event.device} is not worn`)
  if (event.what === 'battery' && !(event.percent >= 0 && event.percent <= 100))
    throw sentence(plan, event.what, 'the charge must be from 0 to 100')
}

const needsSomebody = new Set<string>([
  'fall',
  'slide',
  'press',
  'cancel',
  'wandering',
  'stays_in_bed',
  'illness',
  'absence',
  'jolt',
] satisfies Incident['what'][])

/** Throws a sentence where the event cannot happen in this home. */
export function checkFeasible(plan: HomePlan, { at, event }: Scripted): void {
  if (!Number.isFinite(at)) throw sentence(plan, event.what, 'it has no time')
  checkWho(plan, event)
  checkRoom(plan, event)
  checkDuration(plan, event)
  if ('times' in event) checkPress(plan, event)
  else if (event.what === 'cancel') checkCancel(plan, event)
  else if ('device' in event) checkTrouble(plan, event)
  if (plan.residents.length === 0 && needsSomebody.has(event.what))
    throw sentence(plan, event.what, 'nobody lives here')
}

/** Throws a sentence where a home cannot be as planned. */
export function checkPlan({ id, residents, devices }: HomePlan): void {
  for (const device of devices) {
    if (!Object.hasOwn(deviceModels, device.kind))
      throw new Error(`${device.id}: there is no device kind ${device.kind}`)
    if (device.wearer !== undefined && !residents.some((resident) => resident.id === device.wearer))
      throw new Error(`${device.id}: nobody called ${device.wearer} lives in ${id}`)
    if (device.gateway !== undefined && !devices.some((one) => one.id === device.gateway))
      throw new Error(`${device.id}: there is no gateway ${device.gateway} in ${id}`)
  }
  const ids = [...residents, ...devices].map((one) => one.id)
  const twice = ids.find((one, n) => ids.indexOf(one) !== n)
  if (twice !== undefined) throw new Error(`${id}: there are two that are called ${twice}`)
}
