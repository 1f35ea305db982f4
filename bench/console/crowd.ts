import { systemClock } from '../../domain/clock.ts'
import type { TicketPlan } from '../../domain/dispatch.ts'
import { createArea } from '../../store/areas.ts'
import { registerDevice } from '../../store/devices.ts'
import { appendEvent } from '../../store/events.ts'
import { createHome } from '../../store/homes.ts'
import { createOperator } from '../../store/operators.ts'
import { createContact, createResident } from '../../store/people.ts'
import type { Store, Tx } from '../../store/store.ts'
import { addEvidence, addTimeline, insertTicket, setTimer } from '../../store/ticket_rows.ts'
import { readTicket } from '../../store/tickets.ts'

/** Homes of which every one has an open ticket, written straight into the store: the question is what a console makes of it. */

export const benchArea = 'bench'
const PATH = `/${benchArea}/`
const PER_TRANSACTION = 250
/** The timers of the tickets come due when the bench is long over: what happens on the page is what the bench lets happen. */
const LATER_MS = 4 * 3_600_000
const SPREAD_MS = 3_600_000
const kinds = [
  ['sos', 'critical'],
  ['fall', 'high'],
  ['smoke', 'critical'],
  ['inactivity', 'medium'],
  ['wandering', 'medium'],
] as const

/** Who works at the console of the bench. */
export const dispatcher = { id: 'bench-dispatcher', name: 'Bench Dispatcher', password: 'a-long-enough-password' }

const plan: TicketPlan = {
  id: 'bench-plan',
  name: 'Family first, then the street',
  reason: 'area',
  steps: [
    { plan: 'bench-plan', after_s: 0, tell: [{ to: 'duty', role: 'dispatcher' }] },
    { plan: 'bench-plan', after_s: 60, tell: [{ to: 'contacts', order: 'in_order', each_s: 60 }] },
    { plan: 'bench-plan', after_s: 180, tell: [{ to: 'emergency', number: '120', text: 'lives alone' }] },
  ],
  repeat: null,
  lease_s: null,
}

export const ticketId = (n: number): string => `bench-ticket-${n}`

/** Registers `count` homes and opens a ticket in each. */
export async function fillStore(store: Store, count: number, say: (line: string) => void): Promise<void> {
  const begun = systemClock.now()
  await store.write((tx) => createArea(tx, { id: benchArea, name: 'Bench' }))
  await createOperator(store, { ...dispatcher, role: 'dispatcher', area: benchArea })
  for (let from = 0; from < count; from += PER_TRANSACTION) {
    await store.write(async (tx) => {
      for (let n = from; n < Math.min(count, from + PER_TRANSACTION); n++) {
        await addHome(tx, n)
        await openTicket(tx, n, begun - SPREAD_MS + Math.round((n * SPREAD_MS) / count))
      }
    })
    if (from % 1_000 === 0) say(`${from} of ${count} tickets`)
  }
}

const homeId = (n: number): string => `bench-home-${n}`
const deviceId = (n: number): string => `bench-pendant-${n}`

async function addHome(tx: Tx, n: number): Promise<void> {
  const home = homeId(n)
  await createHome(tx, {
    id: home,
    area: benchArea,
    address: `和平路 ${n} 号 3 单元 201`,
    notes: 'The key is with the neighbour.',
  })
  await createResident(tx, { home, name: `李桂英 ${n}`, birth_year: 1941, risks: 'anticoagulant' })
  await createContact(tx, { home, name: 'Son', relation: 'son', phone: `+86 138 ${n}`, position: 1 })
  await createContact(tx, { home, name: 'Neighbour', relation: 'neighbour', phone: `0473 ${n}`, position: 2 })
  await registerDevice(tx, { id: deviceId(n), home, place: 'worn' }, systemClock.now())
}

async function openTicket(tx: Tx, n: number, at: number): Promise<void> {
  const [kind, severity] = kinds[n % kinds.length] ?? kinds[0]
  const id = ticketId(n)
  await insertTicket(tx, {
    ...{ id, kind, severity, state: 'open', home: homeId(n), area: benchArea, area_path: PATH, device: deviceId(n) },
    ...{ episode: `home:${homeId(n)}`, opened_at: at, updated_at: at, first_at: at, last_at: at },
    ...{ acknowledged_at: null, closed_at: null, outcome: null, holder: null, doubts: [] },
    ...{ plan: JSON.stringify(plan), plan_round: 1, plan_step: 0, plan_part: 0 },
  })
  for (const part of [0, 1]) await addSignal(tx, { n, part, at: at + part * 4_000, signal: kind })
  for (const what of ['opened', 'notified', 'notified'])
    await addTimeline(tx, { ticket: id, at, who: 'vigil', what, reason: what === 'opened' ? 'sos_pressed' : 'Son' })
  await setTimer(tx, id, 'answer', at + SPREAD_MS + LATER_MS)
  const ticket = await readTicket(tx, id)
  if (ticket) await appendEvent(tx, { type: 'ticket.opened', at, ticket, areaPath: PATH, sharedWith: [] })
}

type Signal = { n: number; part: number; at: number; signal: (typeof kinds)[number][0] }

/** A record of a journal that has none: its numbers only keep the pieces of evidence apart. */
async function addSignal(tx: Tx, { n, part, at, signal }: Signal): Promise<void> {
  const device = deviceId(n)
  await addEvidence(tx, {
    ...{ ticket: ticketId(n), lane: 'bench', seq: n, n: part, device, signal, at, device_at: at, received_at: at + 40 },
    ...{ topic: `vigil/v1/${device}/signals`, reason: 'sos_pressed', doubts: [] },
    detail: { position: { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' }, confidence: 0.9 },
  })
}
