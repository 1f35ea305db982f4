import { VigilError } from '../domain/errors.ts'
import type { Ticket } from '../domain/ticket.ts'
import { teams } from '../store/dispatch.ts'
import { useLink } from '../store/links.ts'
import { getOperator } from '../store/operators.ts'
import { getContact } from '../store/people.ts'
import type { Db, Tx } from '../store/store.ts'
import { rowOf, type TicketRow } from '../store/tickets.ts'
import { type Actor, act } from './actions.ts'
import { type AnswerLink, hashOfName, readAnswerToken } from './outbox/links.ts'

/** What became of a tap on a link: the ticket is in that person's hands, or was in somebody's before, or is over. */
export type Answered = {
  result: 'yours' | 'answered_before' | 'closed'
  number: number
  kind: Ticket['kind']
  holder: string | null
}

/**
 * Acknowledges a ticket for whoever was sent this link; once only. `at`: epoch ms. Throws `link_invalid`: not ours, too old,
 * used already, or of a call that is over.
 */
export async function answerByLink(
  tx: Tx,
  token: string,
  { secret, at }: { secret: string; at: number },
): Promise<Answered> {
  const link = readAnswerToken(token, secret)
  if (!link || link.expires <= at) throw new VigilError('link_invalid')
  const row = await rowOf(tx, link.ticket)
  const actor = await actorOf(tx, link)
  if (!row || !actor || row.plan_run !== link.run) throw new VigilError('link_invalid')
  // Whose first answer got lost on its way back hears once more that it is his.
  if (row.state === 'closed' || row.holder !== null) return { ...seen(row), result: before(row, actor) }
  if (!(await useLink(tx, token, at))) throw new VigilError('link_invalid')
  const { holder } = await act(tx, { ticket: row.id, action: 'acknowledge', operator: actor, at, reason: 'link' })
  return { ...seen(row), result: 'yours', holder }
}

const seen = ({ number, kind, holder }: TicketRow) => ({ number, kind, holder })

function before({ state, holder }: TicketRow, { id }: Actor): Answered['result'] {
  if (state === 'closed') return 'closed'
  return holder === id ? 'yours' : 'answered_before'
}

/** Who stands behind a recipient's key, now: somebody who was removed meanwhile answers nothing any more. */
async function actorOf(db: Db, { key, nameHash }: AnswerLink): Promise<Actor | undefined> {
  const [kind = '', id = ''] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]
  if (kind === 'operator') return getOperator(db, id)
  const name = kind === 'contact' ? (await getContact(db, id))?.name : await memberName(db, id, nameHash)
  return name === undefined ? undefined : { id: key, name, role: 'called' }
}

/** Members have their place in the team, which others may have taken meanwhile: the name must still be the one that was called. */
async function memberName(db: Db, id: string, nameHash: string): Promise<string | undefined> {
  const [team = '', n = ''] = id.split('/')
  const name = (await teams.get(db, team))?.members[Number(n) - 1]?.name
  return name !== undefined && hashOfName(name) === nameHash ? name : undefined
}
