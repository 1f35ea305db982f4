import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { principalKey } from '../domain/principals.ts'
import type { Integration, IntegrationInput } from '../domain/registry.ts'
import type { ScopePermission } from '../domain/scope.ts'
import { announce } from './changes.ts'
import { revokeTokens } from './credentials.ts'
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
    .values({ id, name: input.name, area: input.area ?? null, scope: asKept(input.scope) ?? null, created_at: now })
    .execute()
  return integrationOrThrow(tx, id)
}

export async function getIntegration(db: Db, id: string): Promise<Integration | undefined> {
  const row = await db.selectFrom('integrations').selectAll().where('id', '=', id).executeTakeFirst()
  return row && integrationOf(row)
}

/** What an integration may: in its area, whose path is `area_path` (null: everywhere), what its scope names (null: as a viewer). */
export type IntegrationBound = {
  name: string
  area: string | null
  area_path: string | null
  scope: ScopePermission[] | null
}

/** Undefined where there is no such integration. */
export async function boundOfIntegration(db: Db, id: string): Promise<IntegrationBound | undefined> {
  const row = await db
    .selectFrom('integrations')
    .leftJoin('areas', 'areas.id', 'integrations.area')
    .select(['integrations.name', 'integrations.area', 'integrations.scope', 'areas.path as area_path'])
    .where('integrations.id', '=', id)
    .executeTakeFirst()
  return row && { ...row, scope: scopeOf(row.scope) }
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
  const named = namedFields({ name: change.name, area: change.area, scope: asKept(change.scope) })
  if (named) await tx.updateTable('integrations').set(named).where('id', '=', id).execute()
  await announce(tx, { kind: 'access', subject: integrationKey(id), at: now })
  return integrationOrThrow(tx, id)
}

/** Removes an integration and its tokens. Throws `not_found`; `still_referenced` while it holds an open ticket. */
export async function deleteIntegration(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'integrations', id)
  await mustBeFree(tx, 'integration', [['tickets', 'holder', notClosed]], integrationKey(id))
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

/** Whether its token reads tickets, by HTTP and by MQTT. */
export const mayReadTickets = ({ scope }: Pick<Integration, 'scope'>): boolean =>
  scope === null || scope.includes('read_tickets')

const asKept = (scope: ScopePermission[] | null | undefined): string | null | undefined =>
  scope ? JSON.stringify(scope) : scope

const scopeOf = (kept: string | null): ScopePermission[] | null =>
  kept === null ? null : (JSON.parse(kept) as ScopePermission[])

const integrationOf = ({ created_at, scope, ...row }: Selectable<Database['integrations']>): Integration => ({
  ...row,
  scope: scopeOf(scope),
  created_at: isoTime(created_at),
})
