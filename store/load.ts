import { sql } from 'kysely'
import type { Severity } from '../domain/signals.ts'
import { pathEnd, visibleFrom } from './area_paths.ts'
import type { Db } from './store.ts'

/** What there is to do just now, by area: open tickets and how the devices fare. Counts only. */

/** Open tickets of one area, severity and sort. `since`: since when the first has been waiting; `overdue`: how many for too long. */
export type LoadRow = {
  area_path: string | null
  severity: Severity
  late: number
  waiting: number
  n: number
  since: number
  overdue: number
}

/**
 * The tickets that are not closed, counted. Waiting is what calls for somebody: nobody has it in hand, and it is not thought
 * over; it waits since it was opened, opened again, or let go by a holder who went silent. `areaPath`: what may be seen from
 * there; absent: everything. `before`: what has been waiting since before that (epoch ms) is overdue.
 */
export async function openLoad(db: Db, areaPath: string | undefined, before: number): Promise<LoadRow[]> {
  const again = sql<number>`(select max(at) from timeline where timeline.ticket = tickets.id and what in ('reopened', 'lapsed'))`
  const open = db
    .selectFrom('tickets')
    .select(['area_path', 'severity', 'late'])
    .select([
      sql<number>`case when holder is null and state <> 'resolved' then 1 else 0 end`.as('waiting'),
      sql<number>`coalesce(case when holder is null then ${again} end, opened_at)`.as('since'),
    ])
    .where('state', 'in', ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved'])
    .$if(areaPath !== undefined, (query) => query.where(visibleFrom(areaPath ?? '/')))
  return db
    .selectFrom(open.as('seen'))
    .select(['area_path', 'severity', 'late', 'waiting'])
    .select((e) => [e.fn.countAll<number>().as('n'), e.fn.min('since').as('since')])
    .select(sql<number>`count(case when waiting = 1 and since <= ${before} then 1 end)`.as('overdue'))
    .groupBy(['area_path', 'severity', 'late', 'waiting'])
    .execute()
}

/** The devices of one area. `online`, `offline`: as they or their will said last; `since`: when the longest silent of the
 *  offline ones was last heard, null where there is none. */
export type DeviceRow = {
  area_path: string | null
  n: number
  online: number
  offline: number
  hour: number
  day: number
  since: number | null
}

/**
 * The registered devices by the area of their home, of this area and all below; absent: all, those without a home too.
 * `hour`, `day`: how many of the offline ones were last heard before these (epoch ms).
 */
export function deviceLoad(
  db: Db,
  areaPath: string | undefined,
  ago: { hour: number; day: number },
): Promise<DeviceRow[]> {
  const counted = (condition: ReturnType<typeof sql<boolean>>) => sql<number>`count(case when ${condition} then 1 end)`
  return db
    .selectFrom('devices')
    .leftJoin('homes', 'homes.id', 'devices.home')
    .leftJoin('areas', 'areas.id', 'homes.area')
    .leftJoin('device_states', 'device_states.device', 'devices.id')
    .select((e) => ['areas.path as area_path', e.fn.countAll<number>().as('n')])
    .select([
      counted(sql`online = 1`).as('online'),
      counted(sql`online = 0`).as('offline'),
      counted(sql`online = 0 and last_seen_at < ${ago.hour}`).as('hour'),
      counted(sql`online = 0 and last_seen_at < ${ago.day}`).as('day'),
      sql<number | null>`min(case when online = 0 then last_seen_at end)`.as('since'),
    ])
    .$if(areaPath !== undefined, (query) =>
      query.where('areas.path', '>=', areaPath ?? '/').where('areas.path', '<', pathEnd(areaPath ?? '/')),
    )
    .groupBy('areas.path')
    .execute()
}

/** The areas right below one, or the roots; by id. */
export async function areasBelow(db: Db, parent: string | null): Promise<{ id: string; name: string; path: string }[]> {
  const areas = await db
    .selectFrom('areas')
    .select(['id', 'name', 'path'])
    .where('parent', parent === null ? 'is' : '=', parent)
    .execute()
  return areas.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the auditor has found that nobody has closed: the episodes (`system:{code}`) of the open system tickets. */
export async function openFindings(
  db: Db,
): Promise<{ episode: string; severity: Severity; opened_at: number; answered: number }[]> {
  return db
    .selectFrom('tickets')
    .select(['episode', 'severity', 'opened_at'])
    .select(sql<number>`case when acknowledged_at is null then 0 else 1 end`.as('answered'))
    .where('episode', '>=', 'system:')
    .where('episode', '<', 'system;')
    .where('state', '!=', 'closed')
    .orderBy('episode')
    .execute()
}
