import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import type { Contact, ContactInput, Resident, ResidentInput } from '../domain/registry.ts'
import { mustKnowChannels, ofRow } from './dispatch.ts'
import { freeId, homeWithin, type Listed, mustExist, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import { digitsOf, holdsWords } from './search.ts'
import type { Db, Tx } from './store.ts'

type NewResident = z.infer<typeof ResidentInput>
type NewContact = z.infer<typeof ContactInput>
/** `q`: only those with these words in their id, name or telephone number. */
type PeoplePage = Page & { home?: string | undefined; q?: string | undefined }

/** Adds a resident to a home. Throws `id_taken`, `reference_unknown`. */
export async function createResident(tx: Tx, input: NewResident): Promise<Resident> {
  const id = await freeId(tx, 'residents', input.id)
  await mustRefer(tx, 'homes', input.home)
  const { home, name, birth_year = null, phone = null, risks = null } = input
  const resident = { id, home, name, birth_year, phone, risks }
  await tx.insertInto('residents').values(resident).execute()
  return resident
}

export function getResident(db: Db, id: string): Promise<Resident | undefined> {
  return db.selectFrom('residents').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Residents by id. */
export async function listResidents(db: Db, page: PeoplePage): Promise<Listed<Resident>> {
  const rows = await db
    .selectFrom('residents')
    .selectAll()
    .$if(page.home !== undefined, (query) => query.where('home', '=', page.home ?? ''))
    .$if(page.areaPath !== undefined, (query) =>
      query.where(homeWithin(sql.ref<string>('residents.home'), page.areaPath ?? '/')),
    )
    .$if(page.q !== undefined, (query) =>
      query.where((e) =>
        holdsWords([e.ref('id'), e.ref('name'), e.ref('phone'), digitsOf(e.ref('phone'))], page.q ?? ''),
      ),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(
    rows,
    page.most,
    (row) => row.id,
    (row) => row,
  )
}

/** Changes a resident; absences move along to another home. Throws `not_found`, `reference_unknown`. */
export async function updateResident(tx: Tx, id: string, change: Partial<Omit<NewResident, 'id'>>): Promise<Resident> {
  await mustExist(tx, 'residents', id)
  await mustRefer(tx, 'homes', change.home)
  const { home, name, birth_year, phone, risks } = change
  const named = namedFields({ home, name, birth_year, phone, risks })
  if (change.home !== undefined)
    await tx.updateTable('absences').set({ home: change.home }).where('resident', '=', id).execute()
  if (named) await tx.updateTable('residents').set(named).where('id', '=', id).execute()
  const resident = await getResident(tx, id)
  if (!resident) throw new VigilError('not_found', `there is no resident ${id}`)
  return resident
}

/** Removes a resident, and what was noted of absences. Throws `not_found`. */
export async function deleteResident(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'residents', id)
  await tx.deleteFrom('absences').where('resident', '=', id).execute()
  await tx.deleteFrom('residents').where('id', '=', id).execute()
}

/** Adds somebody to call for a home, after the others where no position is given. Throws `id_taken`, `reference_unknown`. */
export async function createContact(tx: Tx, input: NewContact): Promise<Contact> {
  const id = await freeId(tx, 'contacts', input.id)
  await mustRefer(tx, 'homes', input.home)
  const { home, name, relation = null, phone, ways = [], language = null } = input
  await mustKnowChannels(tx, ways)
  const contact = { id, home, name, relation, phone, position: input.position ?? (await nextPosition(tx, home)) }
  await tx
    .insertInto('contacts')
    .values({ ...contact, ways: JSON.stringify(ways), language })
    .execute()
  return { ...contact, ways, language }
}

const contactOf = (row: Selectable<Database['contacts']>): Contact => ofRow(row)

async function nextPosition(tx: Tx, home: string): Promise<number> {
  const last = await tx
    .selectFrom('contacts')
    .select('position')
    .where('home', '=', home)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (last?.position ?? 0) + 1
}

export async function getContact(db: Db, id: string): Promise<Contact | undefined> {
  const row = await db.selectFrom('contacts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && contactOf(row)
}

/** Contacts by home, and within a home in the order in which they are called. */
export async function listContacts(db: Db, page: PeoplePage): Promise<Listed<Contact>> {
  const after = page.after?.split('/') ?? []
  const [home = '', position = '', id = ''] = after
  const rows = await db
    .selectFrom('contacts')
    .selectAll()
    .$if(page.home !== undefined, (query) => query.where('home', '=', page.home ?? ''))
    .$if(page.areaPath !== undefined, (query) =>
      query.where(homeWithin(sql.ref<string>('contacts.home'), page.areaPath ?? '/')),
    )
    .$if(page.q !== undefined, (query) =>
      query.where((e) =>
        holdsWords(
          [e.ref('id'), e.ref('name'), e.ref('relation'), e.ref('phone'), digitsOf(e.ref('phone'))],
          page.q ?? '',
        ),
      ),
    )
    .$if(after.length === 3 && Number.isSafeInteger(Number(position)), (query) =>
      query.where((e) => e(e.refTuple('home', 'position', 'id'), '>', e.tuple(home, Number(position), id))),
    )
    .orderBy('home')
    .orderBy('position')
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => `${row.home}/${row.position}/${row.id}`, contactOf)
}

/** Changes a contact. Throws `not_found`, `reference_unknown`. */
export async function updateContact(tx: Tx, id: string, change: Partial<Omit<NewContact, 'id'>>): Promise<Contact> {
  await mustExist(tx, 'contacts', id)
  await mustRefer(tx, 'homes', change.home)
  await mustKnowChannels(tx, change.ways ?? [])
  const { home, name, relation, phone, position, language } = change
  const ways = change.ways && JSON.stringify(change.ways)
  const named = namedFields({ home, name, relation, phone, position, ways, language })
  if (named) await tx.updateTable('contacts').set(named).where('id', '=', id).execute()
  const contact = await getContact(tx, id)
  if (!contact) throw new VigilError('not_found', `there is no contact ${id}`)
  return contact
}

/** Removes a contact. Throws `not_found`. */
export async function deleteContact(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'contacts', id)
  await tx.deleteFrom('contacts').where('id', '=', id).execute()
}
