import type { Tx } from '../../store/store.ts'
import { insertTicket, updateTicket } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { tell } from '../announce.ts'
import { beginCalling } from '../escalation/calling.ts'
import { isWorthALine, note } from '../timeline.ts'
import { type Finding, type FindingCode, findingCodes } from './finding.ts'

/** The episode of all that is found under one code. */
const episodeOf = (code: FindingCode): string => `system:${code}`

const openFor = (tx: Tx, code: FindingCode): Promise<TicketRow | undefined> =>
  tx
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
    // Every detail is another one, with its seconds.
    if (await isWorthALine(tx, known, { what: 'found', at }))
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
  await note(tx, row.id, { what: 'reopened', reason: 'found_again', at })
  await beginCalling(tx, { ...row, ...free }, at)
  await tell(tx, 'ticket.reopened', row, at)
}

/** Says on the open system tickets of codes that are not found any more that it is over; people close them. */
export async function sayRecovered(tx: Tx, code: FindingCode, at: number): Promise<void> {
  const row = await openFor(tx, code)
  if (!row) return
  await note(tx, row.id, { what: 'recovered', reason: code, at })
  await updateTicket(tx, row.id, { updated_at: at })
  await tell(tx, 'ticket.updated', row, at)
}
