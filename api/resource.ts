import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import type { IssuedToken } from '../store/credentials.ts'
import type { Listed, Page } from '../store/registry.ts'
import type { Db, Store, Tx } from '../store/store.ts'
import { isAllowed, type Permission, type Principal } from './auth.ts'
import { isOfVendor, mustSee, type Place } from './scope.ts'

/** What a request does beside its change, in the transaction of the change, so that what it finds still holds. */
export type Beside = {
  /** Throws unless the caller may. */
  check(db: Db): Promise<void>
  /** Notes what was done. */
  note(tx: Tx, id: string): Promise<void>
}

/** What lists can be narrowed by. `q`: words that are looked for; `at`: epoch ms. */
export type Narrowing = {
  area?: string
  home?: string
  vendor?: string
  gateway?: string
  q?: string
  ids?: string[]
  at?: number
  online?: boolean
  battery_below?: number
  placed?: boolean
}
export type Filter = keyof Narrowing
export type ListPage = Page & Omit<Narrowing, 'area'>

/** What has tokens: how they are given and taken. `may`: who does. */
export type Account = {
  may: Permission
  rotate(tx: Tx, id: string, now: number, overlapMs: number): Promise<IssuedToken>
  revoke(tx: Tx, id: string, now: number): Promise<void>
}

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
  filters: readonly Filter[]
  /** Where a request puts it; `id` undefined where a change leaves it where it is. */
  placeOf(given: Input | Change): Place
  /** The path of the area it lies in; null: in none; undefined: there is no such thing. */
  pathOf(db: Db, id: string): Promise<string | null | undefined>
  /** The vendor that it is of. Absent: such things are of none. */
  vendorOf?: (db: Db, id: string) => Promise<string | null | undefined>
  /** How the audit names it, where what is done to it is about who may come in. */
  subjectOf?: ((id: string) => string) | null
  account?: Account | null
  /** What is told to callers who may not write such things; absent: all of it. */
  forReaders?: ((item: Item) => Item) | null
  list(db: Db, page: ListPage): Promise<Listed<Item>>
  get(db: Db, id: string): Promise<Item | undefined>
  create(store: Store, beside: Beside, input: Input, now: number): Promise<Item>
  update(store: Store, beside: Beside, id: string, change: Change, now: number): Promise<Item>
  remove(tx: Tx, id: string, now: number): Promise<void>
}
export type Resource = Required<Spec<unknown, unknown, unknown>>

/** Forgets the types of one kind. The routes hand over only what the kind's own schemas let through. */
export const resource = <Input, Change, Item>(spec: Spec<Input, Change, Item>): Resource =>
  ({
    created: spec.item,
    vendorOf: async () => null,
    subjectOf: null,
    account: null,
    forReaders: null,
    ...spec,
  }) as unknown as Resource

/** A creation that happens in one transaction with what goes beside it. */
export const creating =
  <Input, Item extends { id: string }>(create: (tx: Tx, input: Input, now: number) => Promise<Item>) =>
  (store: Store, beside: Beside, input: Input, now: number): Promise<Item> =>
    store.write(async (tx) => {
      await beside.check(tx)
      const made = await create(tx, input, now)
      await beside.note(tx, made.id)
      return made
    })

/** A change that happens in one transaction with what goes beside it. */
export const updating =
  <Change, Item>(update: (tx: Tx, id: string, change: Change, now: number) => Promise<Item>) =>
  (store: Store, beside: Beside, id: string, change: Change, now: number): Promise<Item> =>
    store.write(async (tx) => {
      await beside.check(tx)
      const changed = await update(tx, id, change, now)
      await beside.note(tx, id)
      return changed
    })

export const inHome = (given: { home?: string | null | undefined }): Place => ({ table: 'homes', id: given.home })
export const inArea = (given: { area?: string | null | undefined }): Place => ({ table: 'areas', id: given.area })

/** The path of whatever `get` finds, by the home or the area that it names. */
export const pathBy =
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

/** A thing as this caller is told of it. */
export const shownTo = (caller: Principal, { write, forReaders }: Resource, item: unknown): unknown =>
  forReaders === null || isAllowed(caller, write) ? item : forReaders(item)

export const withoutId = { id: true } as const

/** The path of the area that a thing lies in. Throws `not_found` unless the caller sees it. */
export async function seenPath(
  db: Db,
  caller: Principal,
  { pathOf, vendorOf }: Resource,
  id: string,
): Promise<string | null> {
  if (caller.vendor !== null && !isOfVendor(caller, await vendorOf(db, id))) throw new VigilError('not_found')
  const path = await pathOf(db, id)
  mustSee(caller, path)
  return path ?? null
}
