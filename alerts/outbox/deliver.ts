import type { Clock } from '../../domain/clock.ts'
import type { ChannelRecord } from '../../domain/dispatch.ts'
import { limits } from '../../domain/limits.ts'
import type { Notice } from '../../domain/notices.ts'
import { channels as registry } from '../../store/dispatch.ts'
import { type DueNotice, endNotice, isOver, putOff, recordDelivery } from '../../store/notices.ts'
import type { Store, Tx } from '../../store/store.ts'
import { updateTicket } from '../../store/ticket_rows.ts'
import { rowOf, type TicketRow } from '../../store/tickets.ts'
import { tell } from '../announce.ts'
import type { Attempt } from '../channels/channel.ts'
import { channels } from '../channels/list.ts'
import { type NoticeBody, notify } from '../escalation/telling.ts'
import { noticeSeconds, noticesTotal } from '../metrics.ts'
import { noteSparingly } from '../timeline.ts'
import type { Breakers } from './breaker.ts'

/** `word`: makes of what the outbox keeps the notice as it leaves. */
export type Delivering = {
  store: Store
  clock: Clock
  word(due: DueNotice, channel: ChannelRecord): Promise<Notice>
  breakers: Breakers
  signal: AbortSignal
}

/** Makes one attempt at a claimed notice, and keeps what became of it. Rejects where the database fails; then it is tried anew. */
export async function deliver(due: DueNotice, delivering: Delivering): Promise<void> {
  const { store, clock, breakers } = delivering
  const began = clock.now()
  const attempt = await attemptAt(due, delivering)
  const now = clock.now()
  // The end of this process is nobody's failure: another makes the attempt when the claim runs out.
  if (delivering.signal.aborted && attempt.result === 'failed') return
  if (attempt.result === 'failed') breakers.failed(due.target, now)
  else breakers.answered(due.target)
  await store.write((tx) => keep(tx, due, attempt, { began, now }))
  noticesTotal.inc({ result: attempt.result })
  if (attempt.result === 'delivered') noticeSeconds.observe((now - due.created_at) / 1_000)
}

async function attemptAt(due: DueNotice, delivering: Delivering): Promise<Attempt> {
  const { store, clock, word } = delivering
  const record = await registry.get(store.db, due.target)
  if (!record) return { result: 'refused', detail: 'the channel was removed' }
  const tooLong = new AbortController()
  const cancel = clock.after(limits.noticeWithinMs, () => tooLong.abort())
  const signal = AbortSignal.any([tooLong.signal, delivering.signal])
  try {
    const notice = await word(due, record)
    return await Promise.race([channels[record.kind].send(record.settings, notice, { clock, signal }), cutOff(signal)])
  } catch (error) {
    return { result: 'failed', detail: `our own code broke: ${(error as Error).message}` }
  } finally {
    cancel()
  }
}

/** A channel that does not heed its signal must not hold up the others for ever. */
const cutOff = (signal: AbortSignal): Promise<Attempt> =>
  new Promise((resolve) => {
    // Whoever does heed it has the first word.
    const late = () => setImmediate(() => resolve({ result: 'failed', detail: 'no answer in time' }))
    if (signal.aborted) late()
    else signal.addEventListener('abort', late, { once: true })
  })

async function keep(
  tx: Tx,
  due: DueNotice,
  attempt: Attempt,
  { began, now }: { began: number; now: number },
): Promise<void> {
  const { stable_id, ticket, target, recipient, attempt: number } = due
  const { result, detail } = attempt
  const tried = { attempt: number, at: began, took_ms: now - began, result, detail: detail.slice(0, 300) }
  await recordDelivery(tx, { notice: stable_id, ticket, channel: target, recipient, ...tried })
  const row = ticket === null ? undefined : await rowOf(tx, ticket)
  if (await isOver(tx, due.id)) {
    // What failed may have arrived all the same.
    if (result !== 'refused' && row) await takeBack(tx, due, row, now)
    return
  }
  if (result === 'failed') return tryLater(tx, due, attempt, { now, row })
  await endNotice(tx, due.id, result, now)
  if (result === 'refused') await sayUndeliverable(tx, due, row, now)
}

/** Of a notice that failed so often whoever looks at the ticket is told: it may be the only way to that person. */
const toldAtAttempt = 3

async function tryLater(
  tx: Tx,
  due: DueNotice,
  attempt: Attempt,
  { now, row }: { now: number; row: TicketRow | undefined },
): Promise<void> {
  if (now - due.created_at > limits.noticeExpiresMs) return void (await endNotice(tx, due.id, 'expired', now))
  const asked = attempt.result === 'failed' ? (attempt.retryAfterMs ?? 0) : 0
  await putOff(tx, due.id, now + Math.max(asked, pauseAfter(due.attempt)))
  if (due.attempt === toldAtAttempt) await sayUndeliverable(tx, due, row, now)
}

const pauseAfter = (attempt: number): number =>
  limits.noticePausesMs[Math.min(attempt, limits.noticePausesMs.length) - 1] ?? 60_000

async function sayUndeliverable(tx: Tx, due: DueNotice, row: TicketRow | undefined, now: number): Promise<void> {
  if (!row || row.state === 'closed') return
  const { name } = due.body as NoticeBody
  await noteSparingly(tx, row, { what: 'undelivered', reason: `${due.target}: ${name || due.recipient}`, at: now })
  await updateTicket(tx, row.id, { updated_at: Math.max(row.updated_at, now) })
  await tell(tx, 'ticket.updated', row, now)
}

/** Somebody answered while this call was on its way: whoever got it is told at once that he need not run. */
async function takeBack(tx: Tx, due: DueNotice, row: TicketRow, now: number): Promise<void> {
  const { to, name, language, reason } = due.body as NoticeBody
  if (reason !== 'call' && reason !== 'lapsed') return
  const person = { key: due.recipient, name, ways: [{ channel: due.target, to }], language }
  const over = row.state === 'closed' ? 'closed' : 'answered'
  await notify(tx, row, person, { reason: over, at: now, nonce: `late-${due.id}` })
}
