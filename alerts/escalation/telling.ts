import { isoTime } from '../../domain/clock.ts'
import type { Language, Notice, NoticeReason } from '../../domain/notices.ts'
import { urgencyOf } from '../../domain/notices.ts'
import { enqueue } from '../../store/outbox.ts'
import type { Tx } from '../../store/store.ts'
import type { TicketRow } from '../../store/tickets.ts'
import type { Recipient } from './recipients.ts'

/** What the outbox keeps of a notice until it is worded for its channel. `holder`: the name of whoever answered or went silent. */
export type NoticeBody = {
  reason: NoticeReason
  to: string
  name: string
  language: Language | null
  ticket: NonNullable<Notice['ticket']>
  holder: string | null
  /** The place that the recipient's link to acknowledge is for; null where it only opens the ticket. */
  answers: { key: string; run: number } | null
}

/** `holder`: the name of whoever it is about; `but`: the key of the person who knows it anyway. */
export type Telling = { reason: NoticeReason; at: number; holder?: string; nonce: string; but?: string }

/**
 * Puts a notice into the outbox for each of a person's ways. The same `nonce` for the same ticket and person is the same
 * notice, and goes out once. Gives how many ways there are.
 */
export async function notify(tx: Tx, ticket: TicketRow, to: Recipient, telling: Telling): Promise<number> {
  const { reason, at, nonce } = telling
  for (const [n, way] of to.ways.entries()) {
    await enqueue(tx, {
      stableId: `${reason}-${ticket.id}-${nonce}-${to.key}-${n + 1}`,
      channel: 'notice',
      target: way.channel,
      body: bodyOf(ticket, to, way.to, telling),
      at,
      ticket: ticket.id,
      recipient: to.key,
      urgency: urgencyOf(ticket.severity),
    })
  }
  return to.ways.length
}

/** Answers are asked of people; a group or a program has none to give. */
const mayAnswer = ({ key }: Recipient, reason: NoticeReason): boolean =>
  (reason === 'call' || reason === 'lapsed' || reason === 'handed') && !key.startsWith('channel:')

function bodyOf(ticket: TicketRow, person: Recipient, to: string, { reason, holder }: Telling): NoticeBody {
  return {
    reason,
    to,
    name: person.name,
    language: person.language,
    ticket: summaryOf(ticket),
    holder: holder ?? null,
    answers: mayAnswer(person, reason) ? { key: person.key, run: ticket.plan_run } : null,
  }
}

const summaryOf = (row: TicketRow): NoticeBody['ticket'] => ({
  id: row.id,
  number: row.number,
  state: row.state,
  kind: row.kind,
  severity: row.severity,
  home: row.home,
  area: row.area,
  opened_at: isoTime(row.opened_at),
})

/**
 * Tells those who were called to a ticket that it is answered or closed, by the ways on which the call reached them, so that
 * five people do not run for one. Channels of groups are told too.
 */
export async function tellThoseCalled(tx: Tx, ticket: TicketRow, telling: Telling): Promise<void> {
  const reached = await tx
    .selectFrom('outbox')
    .innerJoin('deliveries', 'deliveries.notice', 'outbox.stable_id')
    .select(['outbox.target', 'outbox.recipient', 'outbox.body'])
    .distinct()
    .where('outbox.ticket', '=', ticket.id)
    .where('deliveries.ticket', '=', ticket.id)
    .where('deliveries.result', '=', 'delivered')
    .execute()
  const told = new Set<string>()
  for (const { target, recipient, body } of reached) {
    const before = JSON.parse(body) as NoticeBody
    const key = `${recipient} ${target} ${before.to}`
    if (recipient === telling.but || told.has(key) || (before.reason !== 'call' && before.reason !== 'lapsed')) continue
    told.add(key)
    const way = { channel: target, to: before.to }
    const person = { key: recipient ?? '', name: before.name, ways: [way], language: before.language }
    await notify(tx, ticket, person, { ...telling, nonce: `${telling.nonce}-${target}` })
  }
}
