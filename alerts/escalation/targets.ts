import type { Target } from '../../domain/dispatch.ts'
import type { ToDo } from '../../domain/ticket.ts'
import { recordDelivery } from '../../store/notices.ts'
import type { Tx } from '../../store/store.ts'
import { updateTicket } from '../../store/ticket_rows.ts'
import { rowOf, type TicketRow } from '../../store/tickets.ts'
import { noteSparingly } from '../timeline.ts'
import { onDuty, type Recipient, recipientsOf, type Scene } from './recipients.ts'
import { notify } from './telling.ts'

/** What a target came to: how many of its people still have their turn, and how long after this one. */
export type Called = { left: number; each_s: number }
const done: Called = { left: 0, each_s: 0 }

/** Which telling it is; `part`: whose turn, where people are told one after the other. */
export type Turn = { round: number; step: number; part: number; now: number; zone: string }

/** Turns to one target of a step: notices into the outbox, a line into the timeline, what people must do onto the ticket. */
export async function callTarget(tx: Tx, ticket: TicketRow, target: Target, turn: Turn): Promise<Called> {
  if (target.to === 'emergency') {
    const { number, text = '' } = target
    if (turn.part === 0) await askFor(tx, ticket, { what: 'telephone', number, text }, turn.now)
    return done
  }
  const scene: Scene = { home: ticket.home, areaPath: ticket.area_path, at: turn.now, zone: turn.zone }
  const { people, above } = await recipientsOf(tx, target, scene)
  if (people.length === 0) {
    if (turn.part === 0) await callAbove(tx, ticket, target.to, { ...turn, scene })
    return done
  }
  const { mine, left } = ofTurn(target, people, turn.part)
  await tellAll(tx, ticket, mine, { ...turn, reason: above === undefined ? target.to : 'duty_above' })
  return { left, each_s: 'each_s' in target ? target.each_s : 0 }
}

/** Those of a target whose turn it is. */
function ofTurn(target: Target, people: Recipient[], part: number): { mine: Recipient[]; left: number } {
  const inOrder = 'order' in target && target.order === 'in_order'
  if (!inOrder) return { mine: part === 0 ? people : [], left: 0 }
  return { mine: people.slice(part, part + 1), left: Math.max(0, people.length - part - 1) }
}

/** Where a target has nobody, those on duty in the area above are called, and the ticket says so. */
async function callAbove(tx: Tx, ticket: TicketRow, what: string, turn: Turn & { scene: Scene }): Promise<void> {
  await noteSparingly(tx, ticket, { what: 'nobody_to_call', reason: what, at: turn.now })
  const areaPath = above(turn.scene.areaPath)
  const { people } = await onDuty(tx, 'dispatcher', { ...turn.scene, areaPath })
  await tellAll(tx, ticket, people, { ...turn, reason: 'duty_above' })
}

/** `/city/street/` -> `/city/`; null beyond the last. */
export function above(areaPath: string | null): string | null {
  const parent = areaPath?.replace(/[^/]+\/$/, '') ?? '/'
  return parent === '/' || parent === '' ? null : parent
}

async function tellAll(tx: Tx, ticket: TicketRow, people: Recipient[], turn: Turn & { reason: string }): Promise<void> {
  if (people.length === 0) return
  for (const person of people) await tell(tx, ticket, person, turn)
  const names = people.map(({ name, key }) => name || key.slice(key.indexOf(':') + 1)).join(', ')
  await noteSparingly(tx, ticket, { what: 'called', reason: `${turn.reason}: ${names}`, at: turn.now })
}

async function tell(tx: Tx, ticket: TicketRow, person: Recipient, { round, step, part, now }: Turn): Promise<void> {
  const nonce = [ticket.plan_run, round, step, part].join('.')
  const ways = await notify(tx, ticket, person, { reason: 'call', at: now, nonce })
  if (person.key.startsWith('operator:')) await toConsole(tx, ticket, person, { nonce, now })
  else if (ways === 0) {
    const { name, phone = '' } = person
    await askFor(tx, ticket, { what: 'telephone', number: phone, text: name }, now)
  }
}

/** The consoles hear of it by the live event of this very transaction; this keeps the record of whom it was meant for. */
async function toConsole(
  tx: Tx,
  ticket: TicketRow,
  { key }: Recipient,
  { nonce, now }: { nonce: string; now: number },
): Promise<void> {
  await recordDelivery(tx, {
    notice: `call-${ticket.id}-${nonce}-${key}-console`,
    ticket: ticket.id,
    channel: 'console',
    recipient: key,
    attempt: 1,
    at: now,
    took_ms: 0,
    result: 'delivered',
    detail: 'live event',
  })
}

/** Puts something to do onto the ticket, once, for whoever works it. */
async function askFor(tx: Tx, ticket: TicketRow, todo: Omit<ToDo, 'at'>, now: number): Promise<void> {
  // Another target of this step may have put its own there.
  const known = JSON.parse((await rowOf(tx, ticket.id))?.to_do ?? '[]') as (Omit<ToDo, 'at'> & { at: number })[]
  if (known.some(({ number, text }) => number === todo.number && text === todo.text)) return
  await updateTicket(tx, ticket.id, { to_do: JSON.stringify([...known, { ...todo, at: now }]) })
  const reason = [todo.number, todo.text].filter((part) => part !== '').join(': ')
  await noteSparingly(tx, ticket, { what: 'to_do', reason, at: now })
}
