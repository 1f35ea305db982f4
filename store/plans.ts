import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Plan, PlanInput, Target } from '../domain/dispatch.ts'
import { VigilError } from '../domain/errors.ts'
import { pathOfArea } from './areas.ts'
import { pathOfHome } from './homes.ts'
import {
  areaWithin,
  freeId,
  homeWithin,
  type Listed,
  mustExist,
  mustRefer,
  namedFields,
  type Page,
  pageOf,
} from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Input = z.output<typeof PlanInput>
type Row = Selectable<Database['plans']>

const planOf = ({ body, ...row }: Row): Plan => ({ ...(JSON.parse(body) as Omit<Plan, keyof Row>), ...row })

/** Adds a plan. Throws `id_taken`, `reference_unknown`, `request_invalid` (attached to more than one thing). */
export async function createPlan(tx: Tx, input: Input): Promise<Plan> {
  const id = await freeId(tx, 'plans', input.id)
  return keep(tx, { ...withNulls(input), id })
}

const withNulls = (input: Omit<Input, 'id'>): Omit<Plan, 'id'> => ({
  ...input,
  area: input.area ?? null,
  home: input.home ?? null,
  resident: input.resident ?? null,
  kinds: input.kinds ?? null,
  severities: input.severities ?? null,
  repeat: input.repeat ?? null,
  lease_s: input.lease_s ?? null,
})

/** Changes a plan; tickets keep the one that they opened with. Throws `not_found`, `reference_unknown`, `request_invalid`. */
export async function updatePlan(tx: Tx, id: string, change: Partial<Omit<Input, 'id'>>): Promise<Plan> {
  const found = await getPlan(tx, id)
  if (!found) throw new VigilError('not_found', `there is no plan ${id}`)
  return keep(tx, { ...withNulls({ ...found, ...namedFields(change) }), id })
}

async function keep(tx: Tx, plan: Plan): Promise<Plan> {
  await mustHold(tx, plan)
  const { id, name, area, home, resident, ...rest } = plan
  const row = { name, area, home, resident, body: JSON.stringify(rest) }
  await tx
    .insertInto('plans')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  return plan
}

async function mustHold(tx: Tx, { area, home, resident, steps, repeat }: Plan): Promise<void> {
  if ([area, home, resident].filter((one) => one !== null).length > 1)
    throw new VigilError(
      'request_invalid',
      'a plan is attached to an area, a home or a resident, and to one of them only',
    )
  if (repeat && repeat.from_step > steps.length)
    throw new VigilError(
      'request_invalid',
      `the plan has ${steps.length} steps and cannot repeat from step ${repeat.from_step}`,
    )
  await mustRefer(tx, 'areas', area)
  await mustRefer(tx, 'homes', home)
  await mustRefer(tx, 'residents', resident)
  for (const target of steps.flatMap(({ tell }) => tell)) await mustKnow(tx, target)
}

/** A plan that names what does not exist would be found out when somebody lies on the floor. */
async function mustKnow(tx: Tx, target: Target): Promise<void> {
  if (target.to === 'operator') await mustRefer(tx, 'operators', target.operator)
  if (target.to === 'team') await mustRefer(tx, 'teams', target.team)
  if (target.to === 'channel') await mustRefer(tx, 'channels', target.channel)
}

export async function getPlan(db: Db, id: string): Promise<Plan | undefined> {
  const row = await db.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirst()
  return row && planOf(row)
}

/** Plans by id; with a bound those attached to something within it. */
export async function listPlans(db: Db, page: Page): Promise<Listed<Plan>> {
  const path = page.areaPath ?? '/'
  const rows = await db
    .selectFrom('plans')
    .selectAll()
    .$if(page.areaPath !== undefined, (query) =>
      query.where((e) =>
        e.or([
          areaWithin(sql.ref<string | null>('plans.area'), path),
          homeWithin(sql.ref<string | null>('plans.home'), path),
          homeWithin(sql<string>`(select home from residents where residents.id = plans.resident)`, path),
        ]),
      ),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, planOf)
}

/** Removes a plan. Throws `not_found`. */
export async function deletePlan(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'plans', id)
  await tx.deleteFrom('plans').where('id', '=', id).execute()
}

/** The path of the area in which a plan's tickets lie; null: everywhere; undefined: there is no such plan. */
export async function pathOfPlan(db: Db, id: string): Promise<string | null | undefined> {
  const plan = await getPlan(db, id)
  if (!plan) return undefined
  const { area, home, resident } = plan
  if (area !== null) return (await pathOfArea(db, area)) ?? null
  const of = home ?? (resident === null ? null : await homeOfResident(db, resident))
  return of === null ? null : ((await pathOfHome(db, of)) ?? null)
}

async function homeOfResident(db: Db, id: string): Promise<string | null> {
  const row = await db.selectFrom('residents').select('home').where('id', '=', id).executeTakeFirst()
  return row?.home ?? null
}

/** Every plan that a ticket of this home and area path could take, in no order: attached to it, to anybody in it, above it, or to nothing. */
export async function plansAround(db: Db, home: string | null, areaPath: string | null): Promise<Plan[]> {
  const areas = (areaPath ?? '/').split('/').filter((id) => id !== '')
  const rows = await db
    .selectFrom('plans')
    .selectAll()
    .where((e) =>
      e.or([
        e.and([e('area', 'is', null), e('home', 'is', null), e('resident', 'is', null)]),
        ...(areas.length > 0 ? [e('area', 'in', areas)] : []),
        ...(home === null
          ? []
          : [
              e('home', '=', home),
              e('resident', 'in', e.selectFrom('residents').select('residents.id').where('residents.home', '=', home)),
            ]),
      ]),
    )
    .execute()
  return rows.map(planOf)
}
