import { type Level, levelOf, setLevel } from '../store/levels.ts'
import type { Tx } from '../store/store.ts'
import { addTimeline, type EvidenceRow, evidenceOf, evidenceRow, updateTicket } from '../store/ticket_rows.ts'
import { rowOf } from '../store/tickets.ts'
import type { RecordAlert, RecordClear } from './judge.ts'
import { isWorthALine } from './timeline.ts'

/** States that devices tell again and again until they end: what tells a new alarm from the repeat of an old one. */

/** Whether the last word of the device on this state was that it is over. */
export async function isProvenEdge(tx: Tx, { device, signal, time }: RecordAlert): Promise<boolean> {
  const level = await levelOf(tx, device, signal)
  return level !== undefined && level.is_on === 0 && time.at >= level.at
}

/** Whether an end is older than the beginning: by the device's clock where it gave both, else by receipt. */
function isBefore({ time, record }: RecordClear, level: Level, began: EvidenceRow | undefined): boolean {
  const isByClock = time.believed && began !== undefined && began.device_at !== null
  return isByClock ? time.at < level.at : record.receivedAt < level.received_at
}

/** Notes that the state goes on; `evidence` is where it was counted, else its own. */
export async function beginLevel(tx: Tx, alert: RecordAlert, evidence: number | undefined): Promise<void> {
  const { record, device, signal, time, n } = alert
  await setLevel(tx, {
    device,
    signal,
    is_on: 1,
    at: time.at,
    received_at: record.receivedAt,
    evidence: evidence ?? (await evidenceOf(tx, record.lane, record.seq, n)) ?? null,
  })
}

/**
 * Notes that a state is over, by the device's word, and says so on its ticket, which stays as it is. Gives whether it went
 * on until now, and the ticket where there is one to tell of. A word older than the last one changes nothing. `now`: epoch ms.
 */
export async function endLevel(
  tx: Tx,
  clear: RecordClear,
  now: number,
): Promise<{ ticket: string | undefined } | undefined> {
  const { device, signal, time, record } = clear
  const level = await levelOf(tx, device, signal)
  const evidence = level?.evidence ? await evidenceRow(tx, level.evidence) : undefined
  if (level && (level.is_on === 0 || isBefore(clear, level, evidence))) return undefined
  await setLevel(tx, { device, signal, is_on: 0, at: time.at, received_at: record.receivedAt, evidence: null })
  if (!level) return undefined
  const ticket = evidence && (await rowOf(tx, evidence.ticket))
  if (!ticket || ticket.state === 'closed') return { ticket: undefined }
  const at = Math.max(record.receivedAt, ticket.opened_at)
  if (!(await isWorthALine(tx, ticket, { what: 'device_cleared', at }))) return { ticket: undefined }
  await addTimeline(tx, { ticket: ticket.id, at, who: device, what: 'device_cleared', reason: signal })
  await updateTicket(tx, ticket.id, { updated_at: Math.max(ticket.updated_at, now) })
  return { ticket: ticket.id }
}
