import type { Insertable } from 'kysely'
import { createArea } from './areas.ts'
import { createHome } from './homes.ts'
import type { Database } from './schema.ts'
import type { Tx } from './store.ts'
import { addEvidence, addTimeline, insertTicket } from './ticket_rows.ts'

/** Hand-made tickets, of which a test knows by hand what must be counted. */

type Row = Insertable<Database['tickets']>
/** `received`: of its only evidence; `lines`: of its timeline, what and when. */
export type Made = Partial<Omit<Row, 'doubts' | 'shared_with'>> & {
  id: string
  received?: number
  lines?: [what: string, at: number][]
  shared_with?: string[]
}

let records = 0

/** Adds an open SOS ticket in `/city/north/`, but for what is said otherwise. */
export async function addTicket(tx: Tx, { received, lines = [], ...made }: Made): Promise<void> {
  const opened_at = made.opened_at ?? 0
  await insertTicket(tx, {
    state: 'open',
    kind: 'sos',
    severity: 'critical',
    home: null,
    area: 'north',
    area_path: '/city/north/',
    device: null,
    episode: `device:${made.id}`,
    opened_at,
    updated_at: opened_at,
    acknowledged_at: null,
    closed_at: null,
    first_at: opened_at,
    last_at: opened_at,
    outcome: null,
    holder: null,
    doubts: [],
    ...made,
  })
  for (const [what, at] of lines) await addTimeline(tx, { ticket: made.id, at, who: 'vigil', what, reason: null })
  if (received === undefined) return
  records += 1
  const when = { at: received, device_at: null, received_at: received }
  const record = { lane: 'made', seq: records, n: 0, topic: 't', reason: 'sos_pressed' }
  await addEvidence(tx, { ticket: made.id, device: 'd', signal: 'sos', ...when, ...record, doubts: [], detail: {} })
}

/** A city with the districts `north` and `south`, and in each a home. */
export async function addCity(tx: Tx): Promise<void> {
  await createArea(tx, { id: 'city', name: 'City' })
  for (const id of ['north', 'south']) {
    await createArea(tx, { id, name: id === 'north' ? 'North' : 'South', parent: 'city' })
    await createHome(tx, { id: `home-${id}`, area: id, address: 'x' })
  }
}
