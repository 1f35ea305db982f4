import { type Insertable, type SqlBool, sql } from 'kysely'
import type { Database } from './schema.ts'
import type { Tx } from './store.ts'

/** What was learnt of a device. `lastSeenAt`: epoch ms of receipt; what is absent stays as it was. */
export type Sighting = {
  device: string
  lastSeenAt: number
  online?: boolean
  firmware?: string
  /** In percent, and when it was measured, epoch ms. */
  battery?: { percent: number; at: number }
}

/** Rows of one statement; SQLite takes 32,766 values. */
const rowsAtOnce = 1_000

/**
 * Notes sightings, in order of receipt. Devices that are not registered are passed over: anybody could name any number
 * of them, and the table would grow without end.
 */
export async function noteSightings(tx: Tx, sightings: Sighting[]): Promise<void> {
  const rows = merged(sightings)
  for (let start = 0; start < rows.length; start += rowsAtOnce)
    await upsert(tx, await registered(tx, rows.slice(start, start + rowsAtOnce)))
}

type Row = Insertable<Database['device_states']>

/** One row a device: the newest instant, and of the rest what was said last. */
function merged(sightings: Sighting[]): Row[] {
  const rows = new Map<string, Row>()
  for (const { device, lastSeenAt, online, firmware, battery } of sightings) {
    const before = rows.get(device)
    const isNewer = battery !== undefined && battery.at >= (before?.battery_at ?? -Infinity)
    rows.set(device, {
      device,
      last_seen_at: Math.max(lastSeenAt, before?.last_seen_at ?? lastSeenAt),
      online: online === undefined ? (before?.online ?? null) : Number(online),
      firmware: firmware ?? before?.firmware ?? null,
      battery: isNewer ? battery.percent : (before?.battery ?? null),
      battery_at: isNewer ? battery.at : (before?.battery_at ?? null),
    })
  }
  return [...rows.values()]
}

async function registered(tx: Tx, rows: Row[]): Promise<Row[]> {
  const ids = rows.map((row) => row.device)
  const known = await tx.selectFrom('devices').select('id').where('id', 'in', ids).execute()
  const set = new Set(known.map(({ id }) => id))
  return rows.filter(({ device }) => set.has(device))
}

/** Whether the row that comes holds a battery that is measured later than the one that is there. */
const hasNewerBattery = sql<SqlBool>`excluded.battery_at >= coalesce(device_states.battery_at, excluded.battery_at)`

async function upsert(tx: Tx, rows: Row[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('device_states')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('device').doUpdateSet((e) => ({
        last_seen_at: e
          .case()
          .when('excluded.last_seen_at', '>', e.ref('device_states.last_seen_at'))
          .then(e.ref('excluded.last_seen_at'))
          .else(e.ref('device_states.last_seen_at'))
          .end(),
        online: e.fn.coalesce('excluded.online', 'device_states.online'),
        firmware: e.fn.coalesce('excluded.firmware', 'device_states.firmware'),
        battery: e
          .case()
          .when(hasNewerBattery)
          .then(e.ref('excluded.battery'))
          .else(e.ref('device_states.battery'))
          .end(),
        battery_at: e
          .case()
          .when(hasNewerBattery)
          .then(e.ref('excluded.battery_at'))
          .else(e.ref('device_states.battery_at'))
          .end(),
      })),
    )
    .execute()
}
