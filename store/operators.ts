import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { newSecret } from '../domain/random.ts'
import type { Operator, OperatorAccount, OperatorInput } from '../domain/registry.ts'
import { mustKnowChannels, ofRow } from './dispatch.ts'
import {
  areaWithin,
  freeId,
  type Listed,
  mustBeFree,
  mustExist,
  mustRefer,
  namedFields,
  notClosed,
  type Page,
  pageOf,
} from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Store, Tx } from './store.ts'
import { passwordHash, passwordMatches, tokenHash } from './tokens.ts'

type Input = z.infer<typeof OperatorInput>
type Row = Selectable<Database['operators']>
/** Who calls, and what bounds him: `area_path` is null for somebody who sees everything. `locked`: nobody sits before it. */
export type Session = { operator: Operator; area_path: string | null; expires_at: number; locked: boolean }

/** What else is to happen in the transaction, such as its entry in the audit. */
type Also = (tx: Tx, operator: OperatorAccount) => Promise<void>
const nothingElse: Also = async () => {}

/** Adds an operator. Takes the store, because the password is hashed before the transaction and not in it.
 *  Throws `id_taken` (of name, e-mail and identity too), `reference_unknown`, `request_invalid` (a vendor with another role). */
export async function createOperator(store: Store, input: Input, also = nothingElse): Promise<OperatorAccount> {
  const password_hash = await passwordHash(input.password)
  return store.write(async (tx) => {
    const id = await freeId(tx, 'operators', input.id)
    await mustBeNobodys(tx, input)
    await mustRefer(tx, 'areas', input.area)
    await mustRefer(tx, 'vendors', input.vendor)
    const { name, role, area = null, vendor = null, ways = [], language = null } = input
    await mustKnowChannels(tx, ways)
    const known = { email: input.email ?? null, oidc_subject: input.oidc_subject ?? null }
    const operator = { id, name, role, area, vendor, ways, language, ...known }
    await tx
      .insertInto('operators')
      .values({ ...operator, ways: JSON.stringify(ways), password_hash })
      .execute()
    mustBeVendors(operator)
    await also(tx, operator)
    return operator
  })
}

export async function getOperator(db: Db, id: string): Promise<OperatorAccount | undefined> {
  const row = await db.selectFrom('operators').selectAll().where('id', '=', id).executeTakeFirst()
  return row && accountOf(row)
}

/** Those of these operators whom there are, in the order asked for. */
export async function operatorsById(db: Db, ids: readonly string[]): Promise<Operator[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('operators').selectAll().where('id', 'in', ids).execute()
  return ids.flatMap((id) => rows.filter((row) => row.id === id)).map(operatorOf)
}

/** The operators of a role who belong to this very area (null: to none), by id. */
export async function operatorsOf(db: Db, area: string | null, role: Operator['role']): Promise<Operator[]> {
  const rows = await db
    .selectFrom('operators')
    .selectAll()
    .where('area', area === null ? 'is' : '=', area)
    .where('role', '=', role)
    .orderBy('id')
    .execute()
  return rows.map(operatorOf)
}

/** Operators by id; with a bound, those whose own area lies within it. */
export async function listOperators(db: Db, page: Page): Promise<Listed<OperatorAccount>> {
  const rows = await db
    .selectFrom('operators')
    .selectAll()
    .$if(page.areaPath !== undefined, (query) =>
      query.where(areaWithin(sql.ref<string | null>('operators.area'), page.areaPath ?? '/')),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, accountOf)
}

/** Changes an operator; a new password or identity ends all of his sessions. Throws `not_found`, `id_taken`, `reference_unknown`,
 *  `request_invalid` (a vendor with another role). */
export async function updateOperator(
  store: Store,
  id: string,
  change: Partial<Omit<Input, 'id'>>,
  also = nothingElse,
): Promise<OperatorAccount> {
  const password_hash = change.password === undefined ? undefined : await passwordHash(change.password)
  return store.write(async (tx) => {
    await mustExist(tx, 'operators', id)
    await mustBeNobodys(tx, change, id)
    await mustRefer(tx, 'areas', change.area)
    await mustRefer(tx, 'vendors', change.vendor)
    await mustKnowChannels(tx, change.ways ?? [])
    const { name, role, area, vendor, language, email, oidc_subject } = change
    const ways = change.ways && JSON.stringify(change.ways)
    const named = namedFields({ name, role, area, vendor, ways, language, email, oidc_subject, password_hash })
    if (named) await tx.updateTable('operators').set(named).where('id', '=', id).execute()
    if (password_hash || oidc_subject !== undefined)
      await tx.deleteFrom('sessions').where('operator', '=', id).execute()
    const operator = await getOperator(tx, id)
    if (!operator) throw new VigilError('not_found', `there is no operator ${id}`)
    mustBeVendors(operator)
    await also(tx, operator)
    return operator
  })
}

/** Removes an operator and his sessions. Throws `not_found`; `still_referenced` while he holds an open ticket. */
export async function deleteOperator(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'operators', id)
  await mustBeFree(tx, 'operator', [['tickets', 'holder', notClosed]], id)
  await tx.deleteFrom('operators').where('id', '=', id).execute()
}

/** Begins a session of `limits.sessionMs`; the token is given here once. Throws `login_failed`, whatever was wrong. */
export async function login(
  store: Store,
  given: { name: string; password: string },
  now: number,
): Promise<BegunSession> {
  const row = await store.db.selectFrom('operators').selectAll().where('name', '=', given.name).executeTakeFirst()
  const right = await passwordMatches(given.password, row?.password_hash)
  if (!row || !right) throw new VigilError('login_failed')
  return store.write(async (tx) => {
    // Between the check and now the operator may have been removed, or his password changed: then it was not right.
    const same = await tx
      .selectFrom('operators')
      .select('id')
      .where('id', '=', row.id)
      .where('password_hash', '=', row.password_hash)
      .executeTakeFirst()
    if (!same) throw new VigilError('login_failed')
    return beginSession(tx, row.id, now)
  })
}

/** A session and its token, which is given here once. */
export type BegunSession = Session & { token: string }

/** Begins a session of `limits.sessionMs` for an operator who has proved who he is. Throws `login_failed` for one who is gone. */
export async function beginSession(tx: Tx, operator: string, now: number): Promise<BegunSession> {
  const token = newSecret()
  const session = { token_hash: tokenHash(token), operator, expires_at: now + limits.sessionMs, locked_at: null }
  await tx.insertInto('sessions').values(session).execute()
  const begun = await sessionOf(tx, token, now)
  if (!begun) throw new VigilError('login_failed')
  return { ...begun, token }
}

/** The session of a token, or undefined where it is unknown or over. Role and area are as they are now. */
export async function sessionOf(db: Db, token: string, now: number): Promise<Session | undefined> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('operators', 'operators.id', 'sessions.operator')
    .leftJoin('areas', 'areas.id', 'operators.area')
    .selectAll('operators')
    .select(['sessions.expires_at', 'sessions.locked_at', 'areas.path as area_path'])
    .where('sessions.token_hash', '=', tokenHash(token))
    .where('sessions.expires_at', '>', now)
    .executeTakeFirst()
  return (
    row && {
      operator: operatorOf(row),
      area_path: row.area_path,
      expires_at: row.expires_at,
      locked: row.locked_at !== null,
    }
  )
}

/** Ends a session; nothing happens where there is none. */
export async function logout(tx: Tx, token: string): Promise<void> {
  await tx.deleteFrom('sessions').where('token_hash', '=', tokenHash(token)).execute()
}

/** Who is bounded by a vendor sees devices and what was refused; other roles are about homes, which no vendor has. */
function mustBeVendors({ role, vendor }: Operator): void {
  if (vendor !== null && role !== 'vendor')
    throw new VigilError('request_invalid', `only the role vendor can be bounded by a vendor, not ${role}`)
}

const unique = { name: 'login name', email: 'e-mail address', oidc_subject: 'identity' } as const
type Unique = { [Column in keyof typeof unique]?: string | null | undefined }

/** Throws `id_taken` where another than `but` has one of these. */
async function mustBeNobodys(tx: Tx, given: Unique, but?: string): Promise<void> {
  for (const column of Object.keys(unique) as (keyof typeof unique)[]) {
    const value = given[column]
    if (value === null || value === undefined) continue
    const row = await tx.selectFrom('operators').select('id').where(column, '=', value).executeTakeFirst()
    if (row && row.id !== but) throw new VigilError('id_taken', `another operator has this ${unique[column]}`)
  }
}

const operatorOf = ({ id, name, role, area, vendor, ways, language }: Row): Operator =>
  ofRow({ id, name, role, area, vendor, ways, language })
const accountOf = (row: Row): OperatorAccount => ({
  ...operatorOf(row),
  email: row.email,
  oidc_subject: row.oidc_subject,
})
