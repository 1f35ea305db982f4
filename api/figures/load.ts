import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { Id } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import { type Severity, severities } from '../../domain/signals.ts'
import { type DeviceRow, deviceLoad, type LoadRow, openLoad } from '../../store/load.ts'
import type { Db } from '../../store/store.ts'
import { type AreaScope, byArea } from './areas.ts'

const count = z.number().int()
const BySeverity = z.record(z.enum(severities), count)

const Devices = z.object({
  total: count,
  online: count,
  offline: count.describe('said so themselves, or the broker lost them'),
  unknown: count.describe('never told whether they are on line'),
  offline_over_hour: count,
  offline_over_day: count,
  offline_since: z.string().nullable().describe('when the longest silent of those offline was last heard'),
})

/** What there is to do, of one area with all below it. */
export const Load = z.object({
  waiting: BySeverity.describe('call for somebody, and nobody has them in hand'),
  overdue: count.describe('of those waiting, for longer than the consoles wait before they alarm again'),
  oldest_wait_since: z.string().nullable(),
  in_hand: BySeverity,
  late: count.describe('not closed, and all of their evidence is from before: they ring nobody'),
  devices: Devices,
})
type Load = z.infer<typeof Load>

export const AreaLoad = Load.extend({
  place: z.enum(['below', 'own', 'elsewhere']).describe('`own`: the area itself, or none; `elsewhere`: shared with it'),
  id: Id.nullable(),
  name: z.string().nullable(),
})

type Counted = { tickets: LoadRow[]; devices: DeviceRow[] }

/** The load of everything in the scope, and of each area right below it. `now`: epoch ms. */
export async function loadOf(
  db: Db,
  scope: AreaScope,
  now: number,
): Promise<{ total: Load; areas: z.infer<typeof AreaLoad>[] }> {
  const tickets = await openLoad(db, scope.path, now - limits.answerWithinMs)
  const devices = await deviceLoad(db, scope.path, { hour: now - 3_600_000, day: now - 86_400_000 })
  const areas = byArea<Counted>(scope, () => ({ tickets: [], devices: [] }))
  for (const row of tickets) areas.of(row.area_path).tickets.push(row)
  for (const row of devices) areas.of(row.area_path).devices.push(row)
  return {
    total: told({ tickets, devices }),
    areas: areas.rows().map(({ counted, ...row }) => ({ ...row, ...told(counted) })),
  }
}

function told({ tickets, devices }: Counted): Load {
  const ringing = tickets.filter(({ late }) => late === 0)
  const waiting = ringing.filter((row) => row.waiting === 1)
  return {
    waiting: bySeverity(waiting),
    overdue: sum(waiting, ({ overdue }) => overdue),
    oldest_wait_since: earliest(waiting.map(({ since }) => since)),
    in_hand: bySeverity(ringing.filter((row) => row.waiting === 0)),
    late: sum(tickets, ({ n, late }) => (late === 0 ? 0 : n)),
    devices: devicesTold(devices),
  }
}

function devicesTold(rows: DeviceRow[]): Load['devices'] {
  const [total, online, offline] = [
    sum(rows, ({ n }) => n),
    sum(rows, (row) => row.online),
    sum(rows, (row) => row.offline),
  ]
  return {
    total,
    online,
    offline,
    unknown: total - online - offline,
    offline_over_hour: sum(rows, ({ hour }) => hour),
    offline_over_day: sum(rows, ({ day }) => day),
    offline_since: earliest(rows.flatMap(({ since }) => (since === null ? [] : [since]))),
  }
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((all, row) => all + of(row), 0)

const bySeverity = (rows: LoadRow[]): Record<Severity, number> =>
  Object.fromEntries(
    severities.map((severity) => [severity, sum(rows, (row) => (row.severity === severity ? row.n : 0))]),
  ) as Record<Severity, number>

const earliest = (instants: number[]): string | null => (instants.length === 0 ? null : isoTime(Math.min(...instants)))
