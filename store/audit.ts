import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { parsePrincipalKey } from '../domain/principals.ts'
import { deleteOldest } from './oldest.ts'
import { type Listed, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** Instants in epoch ms. */
export type AuditRow = Selectable<Database['audit']>

/** What is said of credentials and accounts. What the front door refused is `refused:{code}`. */
export type AuditWhat =
  | 'token_issued'
  | 'token_revoked'
  | 'claim_code_issued'
  | 'claimed'
  | 'created'
  | 'changed'
  | 'deleted'
  | 'revoked'
  | 'authority_added'
  | 'authority_removed'
  | 'certificates_revoked'
  | `refused:${ErrorCode}`

/** `who` and `subject` are principals' keys (an operator's id for people); no field may hold a secret. */
export type AuditEntry = {
  at: number
  who: string
  what: AuditWhat
  subject: string
  detail?: string | undefined
  address?: string | null | undefined
  /** How many equal ones this stands for, since they are counted before they are written; 1 where absent. */
  count?: number | undefined
}

const refusals = 'refused:'

/**
 * Notes what was done or refused. An equal entry whose last one is no older than `limits.auditMergeMs` is counted
 * instead, so that who is refused a thousand times a second does not fill the table.
 */
export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  const { at, who, what, subject, detail = '', address = null, count = 1 } = entry
  const same = what.startsWith(refusals) ? await newestLike(tx, entry) : undefined
  if (!same) {
    const vendor = await vendorOf(tx, subject)
    await tx
      .insertInto('audit')
      .values({ at, last_at: at, who, what, subject, detail, address, vendor, count })
      .execute()
    return
  }
  await tx
    .updateTable('audit')
    .set((e) => ({ last_at: at, count: e('count', '+', count) }))
    .where('id', '=', same)
    .execute()
}

/** The vendor that a subject is, or whose device it is now; null where it is of none. */
async function vendorOf(tx: Tx, subject: string): Promise<string | null> {
  const principal = parsePrincipalKey(subject)
  if (principal?.kind === 'vendor') return principal.id
  if (principal?.kind !== 'device') return null
  const row = await tx.selectFrom('devices').select('vendor').where('id', '=', principal.id).executeTakeFirst()
  return row?.vendor ?? null
}

/** The newest entry that is equal and not too old. */
async function newestLike(tx: Tx, { at, who, what, subject, detail = '', address = null }: AuditEntry) {
  const row = await tx
    .selectFrom('audit')
    .select('id')
    .where('subject', '=', subject)
    .where('what', '=', what)
    .where('who', '=', who)
    .where('detail', '=', detail)
    .where('address', address === null ? 'is' : '=', address)
    .where('last_at', '>=', at - limits.auditMergeMs)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

export type AuditFilter = {
  subject?: string | undefined
  what?: AuditWhat | undefined
  /** Only what was refused. */
  refused?: boolean | undefined
  /** The vendor itself, and what were its devices then. */
  vendor?: string | undefined
  /** `next` of the page before. */
  after?: string | undefined
  most: number
}

/** The audit, newest first. */
export async function listAudit(db: Db, filter: AuditFilter): Promise<Listed<AuditRow>> {
  const { subject, what, refused, vendor, after, most } = filter
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
    .$if(what !== undefined, (query) => query.where('what', '=', what ?? ''))
    .$if(refused === true, (query) => query.where(isRefusal))
    .$if(vendor !== undefined, (query) => query.where('vendor', '=', vendor ?? ''))
    .$if(after !== undefined, (query) => query.where('id', '<', Number(after) || 0))
    .orderBy('id', 'desc')
    .limit(most + 1)
    .execute()
  return pageOf(
    rows,
    most,
    (row) => String(row.id),
    (row) => row,
  )
}

/** Not as a range of `what`, by whose index a page would have to sort all refusals. */
const isRefusal = sql<boolean>`substr(audit.what, 1, ${sql.lit(refusals.length)}) = ${refusals}`

/** What of the audit is beyond its limits: the `last_at` before which an entry goes. */
export async function auditEdge(db: Db, { keepFrom, mostRows }: { keepFrom: number; mostRows: number }) {
  const row = await db
    .selectFrom('audit')
    .select('last_at')
    .orderBy('last_at', 'desc')
    .orderBy('id', 'desc')
    .offset(mostRows)
    .limit(1)
    .executeTakeFirst()
  return Math.max(keepFrom, row ? row.last_at + 1 : 0)
}

/** Removes at most `most` entries that were last seen before `before` (epoch ms). Gives how many. */
export const trimAudit = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'audit', key: 'id', time: 'last_at' }, before, most)
