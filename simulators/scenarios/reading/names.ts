import type { HomePlan, ResidentPlan } from '../../home/home.ts'
import { type Room, rooms } from '../../life/scene.ts'
import type { KnownModels } from './homes.ts'
import { instead } from './mistake.ts'
import type { Group } from './scenario.ts'
import type { Words } from './words.ts'

/** What names in a sentence can mean. */
export type Names = { homes: ReadonlyMap<string, HomePlan>; models: KnownModels }

const localOf = (home: string, id: string): string => id.slice(home.length + 1)

/** What a device is called in its home. */
export const calledIn = ({ id }: HomePlan, device: string): string => localOf(id, device)

const devicesCalled = (home: HomePlan, word: string) => {
  const named = home.devices.filter(({ id }) => localOf(home.id, id) === word)
  return named.length > 0 ? named : home.devices.filter(({ kind }) => kind === word)
}

const namesIn = (homes: Iterable<HomePlan>): string[] => [
  ...new Set([...homes].flatMap((home) => home.devices.map(({ id }) => localOf(home.id, id)))),
]

export function homeIn(words: Words, { homes }: Names): string {
  const at = words.offset()
  const word = words.take('a home')
  if (homes.has(word)) return word
  return words.fail('home_unknown', `There is no home "${word}": ${instead(word, [...homes.keys()])}`, at)
}

/** The home that a sentence is about, told or the only one. */
export function theHome(words: Words, names: Names, told: string | undefined): HomePlan {
  const [first, ...more] = names.homes.values()
  const found = told === undefined ? first : names.homes.get(told)
  if (!found || (told === undefined && more.length > 0)) {
    const all = [...names.homes.keys()]
    return words.fail('home_missing', `Say in which home: in ${all[0] ?? '…'}: … There is ${all.join(', ')}.`)
  }
  return found
}

/** One device, by its name or by a kind that the home has once. */
export function deviceIn(words: Words, home: HomePlan): string {
  const at = words.offset()
  const word = words.take('a device')
  const [found, ...more] = devicesCalled(home, word)
  const all = namesIn([home])
  if (!found) return words.fail('device_unknown', `There is no device "${word}": ${instead(word, all)}`, at)
  if (more.length === 0) return found.id
  const which = [found, ...more].map(({ id }) => localOf(home.id, id)).join(', ')
  return words.fail('device_ambiguous', `Several devices are a ${word}: say which, ${which}.`, at)
}

/** A device with a button. */
export function buttonIn(words: Words, home: HomePlan, models: KnownModels): string {
  const at = words.offset()
  const device = deviceIn(words, home)
  const has = (id: string) => models[home.devices.find((plan) => plan.id === id)?.kind ?? '']?.button === true
  if (has(device)) return device
  const buttons = home.devices.filter(({ id }) => has(id)).map(({ id }) => localOf(home.id, id))
  const hint = buttons.length > 0 ? `one is on ${buttons.join(', ')}.` : 'this home has none.'
  return words.fail('device_unfit', `The ${localOf(home.id, device)} has no button: ${hint}`, at)
}

/** A device on which the wearer can say that nothing is wrong. */
export function cancellableIn(words: Words, home: HomePlan, models: KnownModels): string {
  const at = words.offset()
  const device = deviceIn(words, home)
  const can = (id: string) => models[home.devices.find((plan) => plan.id === id)?.kind ?? '']?.cancels === true
  if (can(device)) return device
  const others = home.devices.filter(({ id }) => can(id)).map(({ id }) => localOf(home.id, id))
  const hint = others.length > 0 ? `that is done on ${others.join(', ')}.` : 'this home has nothing for it.'
  return words.fail('device_unfit', `On the ${localOf(home.id, device)} nothing can be cancelled: ${hint}`, at)
}

/** Devices, by name or kind, in one home or in all of them. */
export function groupIn(words: Words, names: Names, home: string | undefined): Group {
  const at = words.offset()
  const called = words.take('a device')
  const homes = [...names.homes].filter(([name]) => home === undefined || name === home).map(([, plan]) => plan)
  const devices = homes.flatMap((plan) => devicesCalled(plan, called).map(({ id }) => id))
  if (devices.length > 0) return { called, devices }
  return words.fail('device_unknown', `There is no device "${called}": ${instead(called, namesIn(homes))}`, at)
}

export function roomIn(words: Words): Room {
  return words.choose('a room', rooms, 'room_unknown')
}

/** `of anna`, where somebody is named. */
export function personOf(words: Words, home: HomePlan): string | undefined {
  return words.skip('of') ? residentIn(words, home.residents) : undefined
}

function residentIn(words: Words, residents: readonly ResidentPlan[]): string {
  const at = words.offset()
  const word = words.take('a resident')
  const ids = residents.map(({ id }) => id)
  if (ids.includes(word)) return word
  return words.fail('resident_unknown', `Nobody here is called "${word}": ${instead(word, ids)}`, at)
}
