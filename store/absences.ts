import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Absence, AbsenceInput } from '../domain/absences.ts'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { freeId, homeWithin, type Listed, mustExist, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Input = z.infer<typeof AbsenceInput>
type Row = Selectable<Database['absences']>

/** Notes that somebody is away. Throws `id_taken`, `reference_unknown`, `request_invalid` where it ends before it begins. */
export async function createAbsence(tx: Tx, input: Input, now: number): Promise<Absence> {
  const { home, resident = null, to = null, reason, note = null } = input
  const row: Row = {
    id: await freeId(tx, 'absences', input.id),
    home,
    resident,
    from_at: input.from === undefined ? now : Date.parse(input.from),
    to_at: to === null ? null : Date.parse(to),
    reason,
    note,
  }
  await mustHold(tx, row)
  await tx.insertInto('absences').values(row).execute()
  return absenceOf(row)
}

export async function getAbsence(db: Db, id: string): Promise<Absence | undefined> {
  const row = await rowOf(db, id)
  return row && absenceOf(row)
}

const rowOf = (db: Db, id: string): Promise<Row | undefined> =>
  db.selectFrom('absences').selectAll().where('id', '=', id).executeTakeFirst()

/** `at` (epoch ms): only those that last then. */
export type AbsencePage = Page & { home?: string | undefined; at?: number | undefined }

/** Absences, those that began last first. */
export async function listAbsences(db: Db, page: AbsencePage): Promise<Listed<Absence>> {
  const [from = '', id = ''] = page.after?.split('/') ?? []
  const rows = await db
    .selectFrom('absences')
    .selectAll()
    .$if(page.home !== undefined, (query) => query.where('home', '=', page.home ?? ''))
    .$if(page.areaPath !== undefined, (query) =>
      query.where(homeWithin(sql.ref<string>('absences.home'), page.areaPath ?? '/')),
    )
    .$if(page.at !== undefined, (query) =>
      query
        .where('from_at', '<=', page.at ?? 0)
        .where((e) => e.or([e('to_at', 'is', null), e('to_at', '>', page.at ?? 0)])),
    )
    .$if(/^\d{1,15}$/.test(from), (query) =>
      query.where((e) => e(e.refTuple('from_at', 'id'), '<', e.tuple(Number(from), id))),
    )
    .orderBy('from_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => `${row.from_at}/${row.id}`, absenceOf)
}

/** Changes an absence, as when somebody came home earlier. Throws as `createAbsence` does, and `not_found`. */
export async function updateAbsence(tx: Tx, id: string, change: Partial<Omit<Input, 'id'>>): Promise<Absence> {
  const before = await rowOf(tx, id)
  if (!before) throw new VigilError('not_found', `there is no absence ${id}`)
  const { home, resident, from, to, reason, note } = change
  const from_at = from === undefined ? undefined : Date.parse(from)
  const to_at = typeof to === 'string' ? Date.parse(to) : to
  const after = { ...before, ...namedFields({ home, resident, from_at, to_at, reason, note }) }
  await mustHold(tx, after)
  await tx.updateTable('absences').set(after).where('id', '=', id).execute()
  return absenceOf(after)
}

/** Removes an absence. Throws `not_found`. */
export async function deleteAbsence(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'absences', id)
  await tx.deleteFrom('absences').where('id', '=', id).execute()
}

async function mustHold(tx: Tx, { home, resident, from_at, to_at }: Row): Promise<void> {
  await mustRefer(tx, 'homes', home)
  await mustRefer(tx, 'residents', resident)
  if (to_at !== null && to_at <= from_at) throw new VigilError('request_invalid', '`to` must be after `from`.')
  if (resident === null) return
  const found = await tx.selectFrom('residents').select('home').where('id', '=', resident).executeTakeFirst()
  if (found?.home !== home) throw new VigilError('reference_unknown', `resident ${resident} does not live in ${home}`)
}

const absenceOf = ({ from_at, to_at, ...row }: Row): Absence => ({
  ...row,
  from: isoTime(from_at),
  to: to_at === null ? null : isoTime(to_at),
})
