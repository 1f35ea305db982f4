import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { principalKey } from '../domain/principals.ts'
import type { Integration, IntegrationInput } from '../domain/registry.ts'
import { announce } from './changes.ts'
import { revokeTokens } from './credentials.ts'
import { areaWithin, freeId, type Listed, mustExist, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Input = z.infer<typeof IntegrationInput>

/** The key of an integration. */
export const integrationKey = (id: string): string => principalKey({ kind: 'integration', id })

/** Adds an integration, which has no token yet (`issueToken`). Throws `id_taken`, `reference_unknown`. */
export async function createIntegration(tx: Tx, input: Input, now: number): Promise<Integration> {
  const id = await freeId(tx, 'integrations', input.id)
  await mustRefer(tx, 'areas', input.area)
  await tx
    .insertInto('integrations')
    .values({ id, name: input.name, area: input.area ?? null, created_at: now })
    .execute()
  return integrationOrThrow(tx, id)
}

export async function getIntegration(db: Db, id: string): Promise<Integration | undefined> {
  const row = await db.selectFrom('integrations').selectAll().where('id', '=', id).executeTakeFirst()
  return row && integrationOf(row)
}

/** What bounds an integration: its area and that area's path, null for everything; undefined where there is no such one. */
export function areaPathOfIntegration(
  db: Db,
  id: string,
): Promise<{ name: string; area: string | null; area_path: string | null } | undefined> {
  return db
    .selectFrom('integrations')
    .leftJoin('areas', 'areas.id', 'integrations.area')
    .select(['integrations.name', 'integrations.area', 'areas.path as area_path'])
    .where('integrations.id', '=', id)
    .executeTakeFirst()
}

/** Integrations by id; with a bound, those whose own area lies within it. */
export async function listIntegrations(db: Db, page: Page): Promise<Listed<Integration>> {
  const rows = await db
    .selectFrom('integrations')
    .selectAll()
    .$if(page.areaPath !== undefined, (query) =>
      query.where(areaWithin(sql.ref<string | null>('integrations.area'), page.areaPath ?? '/')),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, integrationOf)
}

/** Changes an integration. Throws `not_found`, `reference_unknown`. */
export async function updateIntegration(
  tx: Tx,
  id: string,
  change: Partial<Omit<Input, 'id'>>,
  now: number,
): Promise<Integration> {
  await mustExist(tx, 'integrations', id)
  await mustRefer(tx, 'areas', change.area)
  const named = namedFields({ name: change.name, area: change.area })
  if (named) await tx.updateTable('integrations').set(named).where('id', '=', id).execute()
  await announce(tx, { kind: 'access', subject: integrationKey(id), at: now })
  return integrationOrThrow(tx, id)
}

/** Removes an integration and its tokens. Throws `not_found`. */
export async function deleteIntegration(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'integrations', id)
  await revokeTokens(tx, integrationKey(id), now)
  await tx.deleteFrom('integrations').where('id', '=', id).execute()
}

/** Voids the tokens of an integration; a new one works again. Throws `not_found`. */
export async function revokeIntegration(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'integrations', id)
  await revokeTokens(tx, integrationKey(id), now)
}

async function integrationOrThrow(tx: Tx, id: string): Promise<Integration> {
  const integration = await getIntegration(tx, id)
  if (!integration) throw new VigilError('not_found', `there is no integration ${id}`)
  return integration
}

const integrationOf = ({ created_at, ...row }: Selectable<Database['integrations']>): Integration => ({
  ...row,
  created_at: isoTime(created_at),
})
