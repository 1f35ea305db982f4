import type { Db, Tx } from '../../store/store.ts'
import { clearTimers, insertTicket, updateTicket } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { tell } from '../announce.ts'
import { beginCalling } from '../escalation/calling.ts'
import { isWorthALine, note } from '../timeline.ts'
import { type Finding, type FindingCode, findingCodes } from './finding.ts'

/** The episode of all that is found under one code. */
const episodeOf = (code: FindingCode): string => `system:${code}`

const openFor = (db: Db, code: FindingCode): Promise<TicketRow | undefined> =>
  db
    .selectFrom('tickets')
    .selectAll()
    .where('episode', '=', episodeOf(code))
    .where('state', '!=', 'closed')
    .limit(1)
    .executeTakeFirst()

/** Opens the system ticket of a finding, or tells the one that is open what is found now. `at`: epoch ms. */
export async function raise(tx: Tx, { code, detail }: Finding, at: number): Promise<void> {
  const known = await openFor(tx, code)
  if (known) {
    if (known.state === 'resolved') await reopen(tx, known, at)
    // Every detail is another one, with its seconds. That it is over must not stand there as the last word.
    if ((await lastWord(tx, known.id)) === 'recovered' || (await isWorthALine(tx, known, { what: 'found', at })))
      await note(tx, known.id, { what: 'found', reason: `${code}: ${detail}`, at })
    return
  }
  const row = await insertTicket(tx, {
    id: `t-${code}-${at}`,
    state: 'open',
    kind: 'system',
    severity: findingCodes[code].severity,
    home: null,
    area: null,
    area_path: null,
    device: null,
    episode: episodeOf(code),
    opened_at: at,
    updated_at: at,
    acknowledged_at: null,
    closed_at: null,
    first_at: at,
    last_at: at,
    doubts: [],
    outcome: null,
    holder: null,
  })
  await note(tx, row.id, { what: 'opened', reason: code, at })
  await note(tx, row.id, { what: 'found', reason: `${code}: ${detail}`, at })
  await beginCalling(tx, row, at)
  await tell(tx, 'ticket.opened', row, at)
}

/** Somebody thought it mended and it is not. */
async function reopen(tx: Tx, row: TicketRow, at: number): Promise<void> {
  const free = { state: 'open', holder: null, lease_until: null } as const
  await updateTicket(tx, row.id, { ...free, updated_at: at })
  await clearTimers(tx, row.id, 'lease')
  await note(tx, row.id, { what: 'reopened', reason: 'found_again', at })
  await beginCalling(tx, { ...row, ...free }, at)
  await tell(tx, 'ticket.reopened', row, at)
}

/** The last that was said of whether it is so: `found` or `recovered`. */
async function lastWord(db: Db, ticket: string): Promise<string | undefined> {
  const line = await db
    .selectFrom('timeline')
    .select('what')
    .where('ticket', '=', ticket)
    .where('what', 'in', ['found', 'recovered'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return line?.what
}

/** Codes of which an open system ticket says that it is so, whichever auditor found it. */
export async function toldOf(db: Db): Promise<FindingCode[]> {
  const told: FindingCode[] = []
  for (const code of Object.keys(findingCodes) as FindingCode[]) {
    const row = await openFor(db, code)
    if (row && (await lastWord(db, row.id)) === 'found') told.push(code)
  }
  return told
}

/**
 * Says on the open system ticket of a code that it is over; people close it. Of a fault that comes and goes it is said
 * ever more seldom, when it has been over for long enough to be worth a line.
 */
export async function sayRecovered(tx: Tx, code: FindingCode, at: number): Promise<void> {
  const row = await openFor(tx, code)
  if (!row || !(await isWorthALine(tx, row, { what: 'recovered', at }))) return
  await note(tx, row.id, { what: 'recovered', reason: code, at })
  await updateTicket(tx, row.id, { updated_at: Math.max(row.updated_at, at) })
  await tell(tx, 'ticket.updated', row, at)
}
