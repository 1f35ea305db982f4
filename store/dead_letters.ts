import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import { isoTime } from '../domain/clock.ts'
import { parseUserName, userName } from '../domain/principals.ts'
import { newId } from '../domain/random.ts'
import { deleteOldest } from './oldest.ts'
import { homeWithin, type Listed, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Row = Selectable<Database['dead_letters']>
/** `id` is `{lane}-{seq}` of the journal, `{lane}-{seq}-{n}` for a single point; `receivedAt` epoch ms. */
export type Refused = {
  id: string
  receivedAt: number
  topic: string
  principal?: string | undefined
  device?: string | undefined
  /** Stable error code, and what exactly was wrong. */
  code: string
  detail: string
  payload: Uint8Array
  retained: boolean
  /** The format that it was in, if any. */
  codec?: string | undefined
}
/** A dead letter as the API lists it: without the payload, whose `size` is in bytes. */
export type DeadLetter = Omit<Row, 'payload' | 'retained' | 'received_at'> & {
  received_at: string
  retained: boolean
  size: number
}
/** For putting it back into the journal: the payload whole, `receivedAt` the original receipt in epoch ms. */
export type WholeDeadLetter = DeadLetter & { payload: Uint8Array; receivedAt: number }
/**
 * Which letters. `topic`: an MQTT filter, or a topic; `text`: anywhere in topic or detail, without case; `codec` `none`: of no
 * format; `from`, `until`: of receipt, epoch ms, `until` exclusive.
 */
export type DeadLetterFilter = {
  code?: string
  device?: string
  state?: Row['state']
  principal?: string
  vendor?: string
  codec?: string
  topic?: string
  text?: string
  from?: number
  until?: number
}

/** Letters that one request puts up for replay. */
const replayMost = 5_000
/** What a row takes beside its payload; so that the bound on size holds for many small ones as well. */
const rowBytes = 256

/**
 * Keeps a refused message; the same id again changes nothing. One that was put up for replay and is refused once more
 * (same id) is kept again, with the new reason.
 */
export async function keepDeadLetter(tx: Tx, refused: Refused): Promise<void> {
  const { receivedAt, principal = null, device = null, codec = null, retained, ...rest } = refused
  const vendor = await vendorOf(tx, principal, device)
  await tx
    .insertInto('dead_letters')
    .values({
      ...rest,
      received_at: receivedAt,
      principal,
      device,
      codec,
      vendor,
      retained: Number(retained),
      state: 'kept',
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ code: refused.code, detail: refused.detail, codec, vendor, state: 'kept' })
        .where('dead_letters.state', '!=', 'kept'),
    )
    .execute()
}

/** The vendor of the account that sent it, else of the device that it is of, else of the device that sent it. */
async function vendorOf(tx: Tx, principal: string | null, device: string | null): Promise<string | null> {
  const name = principal === null ? undefined : parseUserName(principal)
  if (name?.kind === 'vendor') return name.id
  const ids = [device, name?.kind === 'device' ? name.id : null].filter((id) => id !== null)
  if (ids.length === 0) return null
  const rows = await tx.selectFrom('devices').select(['id', 'vendor']).where('id', 'in', ids).execute()
  return ids.map((id) => rows.find((row) => row.id === id)?.vendor).find((vendor) => vendor) ?? null
}

/** How many there are, by vendor, reason, format and state, the most first. */
export async function countDeadLetters(db: Db, filter: DeadLetterFilter, bound: LetterBound): Promise<LetterCount[]> {
  return db
    .selectFrom('dead_letters')
    .select((e) => ['vendor', 'code', 'codec', 'state', e.fn.countAll<number>().as('count')] as const)
    .where(matching(filter))
    .where(seenBy(bound))
    .groupBy(['vendor', 'code', 'codec', 'state'])
    .orderBy('count', 'desc')
    .orderBy('code')
    .orderBy((e) => e.fn.coalesce('vendor', sql<string>`''`))
    .orderBy('state')
    .limit(countsMost)
    .execute()
}
export type LetterCount = Pick<Row, 'vendor' | 'code' | 'codec' | 'state'> & { count: number }
/** Vendors times codes times formats that really occur are some dozens. */
const countsMost = 10_000

/** Letters with their payloads, oldest first, for export: at most `most` behind `after`. */
export async function wholeDeadLetters(
  db: Db,
  filter: DeadLetterFilter,
  page: Page & LetterBound,
): Promise<Listed<WholeDeadLetter>> {
  const rows = await pageQuery(db, filter, page, 'asc').select('payload').execute()
  return pageOf(
    rows,
    page.most,
    (row) => `${row.received_at}:${row.id}`,
    (row) => ({ ...letterOf(row), payload: row.payload, receivedAt: row.received_at }),
  )
}

/** The letters of a page, and one more; `asc` is oldest first. */
function pageQuery(db: Db, filter: DeadLetterFilter, page: Page & LetterBound, direction: 'asc' | 'desc') {
  const cursor = cursorOf(page.after)
  return db
    .selectFrom('dead_letters')
    .select(listed)
    .where(matching(filter))
    .where(seenBy(page))
    .$if(cursor !== undefined, (query) =>
      query.where((e) =>
        e(e.refTuple('received_at', 'id'), direction === 'asc' ? '>' : '<', e.tuple(cursor?.at ?? 0, cursor?.id ?? '')),
      ),
    )
    .orderBy('received_at', direction)
    .orderBy('id', direction)
    .limit(page.most + 1)
}

/** `{received_at}:{id}` of the last letter of a page. */
function cursorOf(after: string | undefined): { at: number; id: string } | undefined {
  const found = /^(\d+):(.+)$/.exec(after ?? '')
  return found ? { at: Number(found[1]), id: found[2]! } : undefined
}

/** Dead letters, newest first. With a bound: what that lets be seen. */
export async function listDeadLetters(
  db: Db,
  filter: DeadLetterFilter,
  page: Page & LetterBound,
): Promise<Listed<DeadLetter>> {
  const rows = await pageQuery(db, filter, page, 'desc').execute()
  return pageOf(rows, page.most, (row) => `${row.received_at}:${row.id}`, letterOf)
}

/** One dead letter with its payload, or undefined. */
export async function deadLetter(db: Db, id: string): Promise<WholeDeadLetter | undefined> {
  const row = await db
    .selectFrom('dead_letters')
    .select(listed)
    .select('payload')
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...letterOf(row), payload: row.payload, receivedAt: row.received_at }
}

/**
 * Puts letters up for replay: those named, or the oldest that match a filter (of those `kept`, where it
 * names no state), at most 5,000 a call. Each becomes
 * `replaying` and a row of the outbox (channel `replay`, target its id), which the front door works. One that is
 * `replaying` already is passed over. Gives the number put up. `at` in epoch ms.
 */
export async function requestReplay(tx: Tx, which: DeadLetterFilter | string[], at: number): Promise<number> {
  if (Array.isArray(which) && which.length === 0) return 0
  const rows = await tx
    .selectFrom('dead_letters')
    .select('id')
    .where((e) =>
      Array.isArray(which) ? e('id', 'in', which.slice(0, replayMost)) : matching({ state: 'kept', ...which })(e),
    )
    .where('state', '!=', 'replaying')
    .orderBy('received_at')
    .orderBy('id')
    .limit(replayMost)
    .execute()
  if (rows.length === 0) return 0
  const ids = rows.map(({ id }) => id)
  await tx.updateTable('dead_letters').set({ state: 'replaying' }).where('id', 'in', ids).execute()
  const notices = ids.map((id) => ({
    stable_id: newId('replay'),
    channel: 'replay' as const,
    target: id,
    body: '{}',
    created_at: at,
    sent_at: null,
  }))
  await tx.insertInto('outbox').values(notices).execute()
  return ids.length
}

/** Notes that letters are in the journal again. One that was meanwhile refused once more stays `kept`. */
export async function markReplayed(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('dead_letters')
    .set({ state: 'replayed' })
    .where('id', 'in', ids)
    .where('state', '=', 'replaying')
    .execute()
}

/**
 * The edge of what may be kept (epoch ms): `keepFrom`, or the receipt of the oldest letter with which the newest fit into
 * `mostBytes` (payloads, and 256 bytes for each row), whichever is later. It counts through all letters; a read, so that
 * no writer waits for it.
 */
export async function deadLetterEdge(db: Db, rule: { keepFrom: number; mostBytes: number }): Promise<number> {
  const { rows } = await sql<{ newest: number | null }>`
    select max(received_at) as newest from (
      select received_at, sum(length(payload) + ${sql.lit(rowBytes)}) over (order by received_at desc, id desc) as bytes
      from dead_letters
    ) as newest_first where bytes > ${rule.mostBytes}`.execute(db)
  return Math.max(rule.keepFrom, (rows[0]?.newest ?? Number.NEGATIVE_INFINITY) + 1)
}

/** Removes letters received before `before` (epoch ms), at most `most` of them, oldest first. Gives how many. */
export const trimDeadLetters = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'dead_letters', key: 'id', time: 'received_at' }, before, most)

const columns = [
  ...(['id', 'received_at', 'topic', 'principal', 'device', 'code', 'detail', 'retained', 'state'] as const),
  ...(['vendor', 'codec'] as const),
] as const
const size = sql<number>`length(payload)`.as('size')
const listed = [...columns, size] as const

/** What a caller sees of them: by the area that its device's home lies in, by the vendor of the device or of the account
 *  that sent it. Undefined bounds nothing. */
export type LetterBound = { areaPath?: string | undefined; vendor?: string | undefined }

/** The same as a condition. */
export function seenBy({
  areaPath,
  vendor,
}: LetterBound): (e: ExpressionBuilder<Database, 'dead_letters'>) => Expression<SqlBool> {
  return (e) => {
    const devices = e.selectFrom('devices').select('id')
    const inArea = homeWithin(sql.ref<string | null>('devices.home'), areaPath ?? '/')
    const ofVendor = e.or([
      e('device', 'in', devices.where('vendor', '=', vendor ?? '')),
      e('principal', '=', userName({ kind: 'vendor', id: vendor ?? '' })),
      e('vendor', '=', vendor ?? ''),
    ])
    return e.and([
      ...(areaPath === undefined ? [] : [e('device', 'in', devices.where(inArea))]),
      ...(vendor === undefined ? [] : [ofVendor]),
    ])
  }
}

function matching(filter: DeadLetterFilter): (e: ExpressionBuilder<Database, 'dead_letters'>) => Expression<SqlBool> {
  return (e) =>
    e.and([
      ...(filter.code === undefined ? [] : [e('code', '=', filter.code)]),
      ...(filter.device === undefined ? [] : [e('device', '=', filter.device)]),
      ...(filter.state === undefined ? [] : [e('state', '=', filter.state)]),
      ...(filter.principal === undefined ? [] : [e('principal', '=', filter.principal)]),
      ...(filter.vendor === undefined ? [] : [e('vendor', '=', filter.vendor)]),
      ...(filter.codec === undefined
        ? []
        : [filter.codec === 'none' ? e('codec', 'is', null) : e('codec', '=', filter.codec)]),
      ...(filter.from === undefined ? [] : [e('received_at', '>=', filter.from)]),
      ...(filter.until === undefined ? [] : [e('received_at', '<', filter.until)]),
      ...(filter.topic === undefined ? [] : [fitsFilter(filter.topic)]),
      ...(filter.text === undefined ? [] : [hasText(filter.text)]),
    ])
}

/** Neither engine's own ways of comparing text in part are the same; lower case of both sides is. */
function hasText(text: string): Expression<SqlBool> {
  const like = `%${escaped(text.toLowerCase())}%`
  return sql<SqlBool>`(lower(topic) like ${like} escape '!' or lower(detail) like ${like} escape '!')`
}

const escaped = (text: string): string => text.replaceAll(/[!%_]/g, '!$&')

/**
 * Whether a topic fits an MQTT filter. A topic with as many slashes as the filter has leaves none for a `+` to take in; only a
 * `+` before a `#` may take in more levels than one.
 */
function fitsFilter(filter: string): Expression<SqlBool> {
  const open = filter === '#' || filter.endsWith('/#')
  const levels = open ? filter.slice(0, -1).replace(/\/$/, '') : filter
  const like = escaped(levels).replaceAll('+', '%')
  const slashes = levels.split('/').length - 1
  const exactly = sql<SqlBool>`(topic like ${like} escape '!' and length(topic) - length(replace(topic, '/', '')) = ${slashes})`
  if (!open) return exactly
  return filter === '#' ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${exactly} or topic like ${`${like}/%`} escape '!')`
}

/** Which of these letters a caller may see. Without their payloads, in one query: thousands are asked at once. */
export async function lettersSeen(db: Db, ids: readonly string[], bound: LetterBound): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('dead_letters').select('id').where('id', 'in', ids).where(seenBy(bound)).execute()
  return rows.map(({ id }) => id)
}

const letterOf = (row: Omit<Row, 'payload'> & { size: number }): DeadLetter => ({
  id: row.id,
  received_at: isoTime(row.received_at),
  topic: row.topic,
  principal: row.principal,
  device: row.device,
  code: row.code,
  detail: row.detail,
  retained: row.retained !== 0,
  state: row.state,
  vendor: row.vendor,
  codec: row.codec,
  size: row.size,
})
