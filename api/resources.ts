import { z } from 'zod'
import * as registry from '../domain/registry.ts'
import * as areas from '../store/areas.ts'
import * as devices from '../store/devices.ts'
import * as homes from '../store/homes.ts'
import * as operators from '../store/operators.ts'
import * as people from '../store/people.ts'
import type { Listed, Page } from '../store/registry.ts'
import type { Db, Store, Tx } from '../store/store.ts'
import type { Permission } from './auth.ts'
import type { Place } from './scope.ts'

/** Asked inside the transaction that changes, so that what it finds still holds when the change is made. */
type Check = (db: Db) => Promise<void>

/** One kind of thing in the registry: what it looks like, who may read and write it, and where it lies. */
type Spec<Input, Change, Item> = {
  noun: string
  plural: string
  item: z.ZodType<Item>
  input: z.ZodType<Input>
  change: z.ZodType<Change>
  /** The answer to its creation, where that tells more than later readings. */
  created?: z.ZodType
  read: Permission
  write: Permission
  /** Whether it belongs to a home, so that lists can be of one home. */
  ofHome: boolean
  /** Where a request puts it; `id` undefined where a change leaves it where it is. */
  placeOf(given: Input | Change): Place
  /** The path of the area it lies in; null: in none; undefined: there is no such thing. */
  pathOf(db: Db, id: string): Promise<string | null | undefined>
  list(db: Db, page: Page & { home?: string }): Promise<Listed<Item>>
  get(db: Db, id: string): Promise<Item | undefined>
  create(store: Store, check: Check, input: Input, now: number): Promise<Item>
  update(store: Store, check: Check, id: string, change: Change, now: number): Promise<Item>
  remove(tx: Tx, id: string, now: number): Promise<void>
}
export type Resource = Required<Spec<unknown, unknown, unknown>>

/** Forgets the types of one kind. The routes hand over only what the kind's own schemas let through. */
const resource = <Input, Change, Item>(spec: Spec<Input, Change, Item>): Resource =>
  ({ created: spec.item, ...spec }) as unknown as Resource

/** A creation that happens in one transaction with its check. */
const creating =
  <Input, Item>(create: (tx: Tx, input: Input, now: number) => Promise<Item>) =>
  (store: Store, check: Check, input: Input, now: number): Promise<Item> =>
    store.write(async (tx) => {
      await check(tx)
      return create(tx, input, now)
    })

/** A change that happens in one transaction with its check. */
const updating =
  <Change, Item>(update: (tx: Tx, id: string, change: Change, now: number) => Promise<Item>) =>
  (store: Store, check: Check, id: string, change: Change, now: number): Promise<Item> =>
    store.write(async (tx) => {
      await check(tx)
      return update(tx, id, change, now)
    })

const inHome = (given: { home?: string | null | undefined }): Place => ({ table: 'homes', id: given.home })
const inArea = (given: { area?: string | null | undefined }): Place => ({ table: 'areas', id: given.area })

/** The path of whatever `get` finds, by the home or the area that it names. */
const pathBy =
  <Item, Key extends string>(
    get: (db: Db, id: string) => Promise<Item | undefined>,
    key: (item: Item) => Key | null,
    pathOf: (db: Db, id: Key) => Promise<string | undefined>,
  ) =>
  async (db: Db, id: string): Promise<string | null | undefined> => {
    const item = await get(db, id)
    if (item === undefined) return undefined
    const place = key(item)
    return place === null ? null : ((await pathOf(db, place)) ?? null)
  }

const withoutId = { id: true } as const

const area = resource({
  noun: 'an area',
  plural: 'areas',
  item: registry.Area,
  input: registry.AreaInput,
  change: registry.AreaInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  ofHome: false,
  placeOf: ({ parent }) => ({ table: 'areas', id: parent }),
  pathOf: areas.pathOfArea,
  list: areas.listAreas,
  get: areas.getArea,
  create: creating(areas.createArea),
  update: updating(areas.updateArea),
  remove: areas.deleteArea,
})

const home = resource({
  noun: 'a home',
  plural: 'homes',
  item: registry.Home,
  input: registry.HomeInput,
  change: registry.HomeInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  ofHome: false,
  placeOf: inArea,
  pathOf: homes.pathOfHome,
  list: homes.listHomes,
  get: homes.getHome,
  create: creating(homes.createHome),
  update: updating(homes.updateHome),
  remove: homes.deleteHome,
})

const resident = resource({
  noun: 'a resident',
  plural: 'residents',
  item: registry.Resident,
  input: registry.ResidentInput,
  change: registry.ResidentInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  ofHome: true,
  placeOf: inHome,
  pathOf: pathBy(people.getResident, (found) => found.home, homes.pathOfHome),
  list: people.listResidents,
  get: people.getResident,
  create: creating(people.createResident),
  update: updating(people.updateResident),
  remove: people.deleteResident,
})

const device = resource({
  noun: 'a device',
  plural: 'devices',
  item: registry.Device,
  input: registry.DeviceInput,
  change: registry.DeviceInput.omit(withoutId).partial(),
  created: registry.Device.extend({
    token: z.string().describe('its MQTT password and bearer token; shown once. The user name is its id'),
  }),
  read: 'read_devices',
  write: 'write_registry',
  ofHome: true,
  placeOf: inHome,
  pathOf: pathBy(devices.getDevice, (found) => found.home, homes.pathOfHome),
  list: devices.listDevices,
  get: devices.getDevice,
  create: creating(async (tx: Tx, input: z.output<typeof registry.DeviceInput>, now) => {
    const made = await devices.createDevice(tx, input, now)
    return { ...made.device, token: made.token }
  }),
  update: updating(devices.updateDevice),
  remove: devices.deleteDevice,
})

const contact = resource({
  noun: 'a contact',
  plural: 'contacts',
  item: registry.Contact,
  input: registry.ContactInput,
  change: registry.ContactInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  ofHome: true,
  placeOf: inHome,
  pathOf: pathBy(people.getContact, (found) => found.home, homes.pathOfHome),
  list: people.listContacts,
  get: people.getContact,
  create: creating(people.createContact),
  update: updating(people.updateContact),
  remove: people.deleteContact,
})

/** Its password takes its time to be hashed, so creation and change run their own transaction, after the check. */
const operator = resource({
  noun: 'an operator',
  plural: 'operators',
  item: registry.Operator,
  input: registry.OperatorInput,
  change: registry.OperatorInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_operators',
  ofHome: false,
  placeOf: inArea,
  pathOf: pathBy(operators.getOperator, (found) => found.area, areas.pathOfArea),
  list: operators.listOperators,
  get: operators.getOperator,
  create: async (store, check, input) => {
    await check(store.db)
    return operators.createOperator(store, input)
  },
  update: async (store, check, id, change) => {
    await check(store.db)
    return operators.updateOperator(store, id, change)
  },
  remove: operators.deleteOperator,
})

export const resources: readonly Resource[] = [area, home, resident, device, contact, operator]
