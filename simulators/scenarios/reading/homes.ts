import { isMap, isScalar, type Node } from 'yaml'
import { seedOf } from '../../../domain/random.ts'
import type { DevicePlan, Traits } from '../../devices/device.ts'
import type { DeviceKind } from '../../devices/models.ts'
import { quirks } from '../../devices/quirks.ts'
import type { HomePlan, ResidentPlan } from '../../home/home.ts'
import { type Opening, openings, type Room, rooms } from '../../life/scene.ts'
import { instead } from './mistake.ts'
import { type Entry, entriesOf, itemsOf, type Sheet, textIn } from './sheet.ts'
import { durationIn, percentIn, wordsOf } from './words.ts'

/** What a scenario must know of a kind of device. */
export type KnownModels = Readonly<Record<string, { worn: boolean; button: boolean; cancels?: boolean }>>

export type HomesContext = { models: KnownModels; seed: number }

const idPattern = /^[a-z][a-z0-9_-]{0,23}$/
const homeKeys = ['residents', 'devices']
const residentKeys = ['id', 'name', 'birth_year', 'seed']
const deviceKeys = ['kind', 'room', 'opening', 'wearer', 'gateway', 'transport'] as const
const traitKeys = ['charge', 'clock', 'drift', 'duplicates', 'pace', 'quirks'] as const

/** Where a kind is used that no room is said of; a kind that is not worn and not here must say it. */
const usualRooms: Record<string, Room> = {
  bed_mat: 'bedroom',
  gateway: 'living_room',
  water_meter: 'kitchen',
  bp_cuff: 'living_room',
  oximeter: 'living_room',
  thermometer: 'living_room',
}

/** All homes are in one city, some hundred metres apart. */
const positionOf = (n: number) => ({ lat: 39.65 + n / 1_000, lon: 106.79, accuracy_m: 15, datum: 'WGS84' as const })

/** The section `homes`, by the names that it gives. Every device's id is `{home}-{name}`, since devices of two homes may be called alike. */
export function homesIn(sheet: Sheet, node: Node | null, context: HomesContext): Map<string, HomePlan> {
  const homes = [...entriesOf(sheet, node, 'homes').values()]
  if (isMap(node) && homes.length === 0) sheet.wrong(node, 'key_missing', 'homes needs at least one home.')
  return new Map(homes.map((entry, n) => [entry.name, homeOf(sheet, entry, n, context)]))
}

function homeOf(sheet: Sheet, { name, key, value }: Entry, n: number, context: HomesContext): HomePlan {
  checkId(sheet, name, key)
  const entries = entriesOf(sheet, value, `The home ${name}`, homeKeys)
  const residents = residentsOf(sheet, entries.get('residents'), name, context.seed)
  const devices = entries.get('devices')
  if (isMap(value) && !devices) sheet.wrong(key, 'key_missing', `The home ${name} needs devices.`)
  const listed = devices ? [...entriesOf(sheet, devices.value, `devices of ${name}`).values()] : []
  const plans = listed.map((entry) => deviceOf(sheet, entry, name, residents, context.models))
  for (const entry of listed) checkGateway(sheet, entry, listed)
  return { id: name, label: `home ${name}`, position: positionOf(n), residents, devices: plans }
}

function checkId(sheet: Sheet, id: string, at: number): void {
  if (idPattern.test(id)) return
  sheet.wrong(at, 'value_wrong', `"${id}" cannot be a name: use up to 24 of a-z, 0-9, _ and -, a letter first.`)
}

/** Residents of a home; one, called `resident`, where it names none. */
function residentsOf(sheet: Sheet, entry: Entry | undefined, home: string, seed: number): ResidentPlan[] {
  const plain = (id: string): ResidentPlan => ({ id, seed: seedOf(seed, home, id) })
  if (!entry) return [plain('resident')]
  return itemsOf(sheet, entry.value, `residents of ${home}`).flatMap((node) => {
    const fields = isScalar(node) ? undefined : entriesOf(sheet, node, 'A resident', residentKeys)
    const id = fields
      ? (textIn(sheet, fields.get('id'), 'id') ?? 'resident')
      : String((node as { value: unknown }).value)
    checkId(sheet, id, node.range?.[0] ?? 0)
    const name = textIn(sheet, fields?.get('name'), 'name')
    const birthYear = wholeIn(sheet, fields?.get('birth_year'), 'birth_year')
    const own = wholeIn(sheet, fields?.get('seed'), 'seed')
    return [{ ...plain(id), ...(name && { name }), ...(birthYear && { birthYear }), ...(own && { seed: own }) }]
  })
}

/** A whole number from 0. */
export function wholeIn(sheet: Sheet, entry: Entry | undefined, what: string): number | undefined {
  const text = textIn(sheet, entry, what)
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text)
  sheet.wrong(entry?.value ?? 0, 'number_wrong', `${what} must be a whole number, not "${text}".`)
  return undefined
}

type Fields = ReadonlyMap<string, Entry>

function deviceOf(
  sheet: Sheet,
  { name, key, value }: Entry,
  home: string,
  residents: readonly ResidentPlan[],
  models: KnownModels,
): DevicePlan {
  checkId(sheet, name, key)
  const fields: Fields = isScalar(value)
    ? new Map([['kind', { name: 'kind', key, value }]])
    : entriesOf(sheet, value, `The device ${name}`, [...deviceKeys, ...traitKeys])
  const kind = kindOf(sheet, fields, name, key, models)
  const wearer = oneOf(
    sheet,
    fields,
    'wearer',
    residents.map(({ id }) => id),
    'resident_unknown',
  )
  const gateway = textIn(sheet, fields.get('gateway'), 'gateway')
  const transport = oneOf(sheet, fields, 'transport', ['mqtt', 'http'] as const)
  return {
    id: `${home}-${name}`,
    kind: kind as DeviceKind,
    ...placeOf(sheet, fields, kind, key, models),
    ...(wearer && { wearer }),
    ...(gateway && { gateway: `${home}-${gateway}` }),
    ...(transport && { transport }),
    traits: traitsOf(sheet, fields),
  }
}

function kindOf(sheet: Sheet, fields: Fields, name: string, key: number, models: KnownModels): string {
  if (!fields.has('kind')) sheet.wrong(key, 'key_missing', `The device ${name} needs a kind.`)
  return oneOf(sheet, fields, 'kind', Object.keys(models), 'device_unknown') ?? ''
}

/** A contact sits on an opening, what is worn has no room, all else is somewhere. */
function placeOf(sheet: Sheet, fields: Fields, kind: string, key: number, models: KnownModels) {
  const opening: Opening | undefined = oneOf(sheet, fields, 'opening', openings)
  const said: Room | undefined = oneOf(sheet, fields, 'room', rooms, 'room_unknown')
  const room = said ?? usualRooms[kind]
  if (kind === 'door' && !opening && !fields.has('opening'))
    sheet.wrong(key, 'key_missing', `A door contact needs an opening: ${openings.join(', ')}.`)
  const fixed = models[kind] && !models[kind].worn && kind !== 'door'
  if (fixed && !room && !fields.has('room'))
    sheet.wrong(key, 'key_missing', `A ${kind} needs a room: ${rooms.join(', ')}.`)
  return { ...(opening && { opening }), ...(room && { room }) }
}

function checkGateway(sheet: Sheet, { value }: Entry, devices: readonly Entry[]): void {
  if (!isMap(value)) return
  const node = value.get('gateway', true)
  const names = devices.map(({ name }) => name)
  if (isScalar(node) && !names.includes(String(node.value)))
    sheet.wrong(
      node,
      'device_unknown',
      `This home has no device "${String(node.value)}": ${instead(String(node.value), names)}`,
    )
}

function oneOf<T extends string>(
  sheet: Sheet,
  fields: Fields,
  name: string,
  options: readonly T[],
  code: 'value_wrong' | 'room_unknown' | 'resident_unknown' | 'device_unknown' = 'value_wrong',
): T | undefined {
  const entry = fields.get(name)
  const text = textIn(sheet, entry, name)
  if (text === undefined) return undefined
  const found = options.find((option) => option === text)
  if (!found) sheet.wrong(entry?.value ?? 0, code, `"${text}" is no ${name}: ${instead(text, options)}`)
  return found
}

/** What makes one device differ: `charge: 20 %`, `clock: +10 min`, `drift: 20`, `duplicates: 5 %`, `pace: 2`, `quirks: […]`. */
function traitsOf(sheet: Sheet, fields: Fields): Partial<Traits> {
  const charge = measured(sheet, fields, 'charge', percentOf)
  const clockOffset = measured(sheet, fields, 'clock', offsetOf)
  const driftPpm = measured(sheet, fields, 'drift', numberOf)
  const duplicates = measured(sheet, fields, 'duplicates', percentOf)
  const pace = measured(sheet, fields, 'pace', numberOf)
  const faults = fields.get('quirks')
  return {
    ...(charge !== undefined && { charge }),
    ...(clockOffset !== undefined && { clockOffset }),
    ...(driftPpm !== undefined && { driftPpm }),
    ...(duplicates !== undefined && { duplicates: duplicates / 100 }),
    ...(pace !== undefined && { pace }),
    ...(faults && { quirks: quirksOf(sheet, faults) }),
  }
}

function quirksOf(sheet: Sheet, { value }: Entry): string[] {
  const known = Object.keys(quirks)
  return itemsOf(sheet, value, 'quirks').map((node) => {
    const name = String((node as { value?: unknown }).value)
    if (!known.includes(name)) sheet.wrong(node, 'value_wrong', `There is no quirk "${name}": ${instead(name, known)}`)
    return name
  })
}

function measured(sheet: Sheet, fields: Fields, name: string, read: (text: string) => number): number | undefined {
  const entry = fields.get(name)
  const text = textIn(sheet, entry, name)
  return text === undefined ? undefined : sheet.attempt(entry?.value?.range?.[0] ?? 0, () => read(text))
}

function percentOf(text: string): number {
  const words = wordsOf(text)
  const percent = percentIn(words)
  words.finish()
  return percent
}

function numberOf(text: string): number {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text)
  return wordsOf(text).fail('number_wrong', `"${text}" is no number.`)
}

/** `+10 min`, `-2 h` in ms. */
export function offsetOf(text: string): number {
  const sign = /^([+-])\s*/.exec(text)
  if (!sign) return wordsOf(text).fail('duration_wrong', `"${text}" must begin with + (fast) or - (slow): +10 min.`)
  const words = wordsOf(text.slice(sign[0].length))
  const size = durationIn(words)
  words.finish()
  return sign[1] === '-' ? -size : size
}
