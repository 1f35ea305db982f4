import { limits } from '../domain/limits.ts'
import type { Doubt } from '../domain/signals.ts'
import { levelOf } from '../store/levels.ts'
import type { Tx } from '../store/store.ts'
import { type EvidenceRow, evidenceRow, sameClaims, sameKeys } from '../store/ticket_rows.ts'
import { ticketOf } from './changes.ts'
import type { Duplicate } from './episodes.ts'
import { keyText, type RecordAlert } from './judge.ts'

/** A duplicate together with the evidence row that it repeats. */
export type FoundDuplicate = Duplicate & { row: EvidenceRow }

/** Doubts about the claim itself. A copy that is free of one that the first had says something new, and is no copy. */
const claimDoubts: readonly Doubt[] = [
  'topic_foreign',
  'test',
  'low_confidence',
  'learning',
  'silent',
  'historical',
  'retained',
  'replayed',
]

/** Looks for evidence that is this very claim already, newest first; undefined where there is none. */
export async function findDuplicate(tx: Tx, alert: RecordAlert): Promise<FoundDuplicate | undefined> {
  const replayed = await replayedEvidence(tx, alert)
  if (replayed) return found(tx, replayed, 'replay_of_ticketed')
  const keyed = await keyedEvidence(tx, alert)
  if (keyed) return found(tx, keyed, 'same_key')
  const told = alert.level ? await toldEvidence(tx, alert) : undefined
  if (told) return found(tx, told, 'state_unchanged')
  // A key says more of what is the same than a clock does.
  if (alert.time.deviceAt === null || alert.key) return undefined
  const rows = await sameClaims(tx, alert.device, alert.signal, alert.time.deviceAt)
  const row = rows.find((earlier) => !saysMore(alert, earlier))
  return row && found(tx, row, isFresh(alert, row) ? 'exact_duplicate' : 'none')
}

async function found(tx: Tx, row: EvidenceRow, proof: Duplicate['proof']): Promise<FoundDuplicate> {
  const { id, state } = await ticketOf(tx, row.ticket)
  return { evidence: row.id, ticket: { id, state }, proof, row }
}

/** The evidence that the replayed message gave when it first came: a signal is heard though other parts are broken. */
async function replayedEvidence(tx: Tx, alert: RecordAlert): Promise<EvidenceRow | undefined> {
  const original = /^(urgent|bulk)-(\d+)$/.exec(alert.record.replayOf ?? '')
  if (!original) return undefined
  return tx
    .selectFrom('evidence')
    .selectAll()
    .where('lane', '=', original[1]!)
    .where('seq', '=', Number(original[2]))
    .where('device', '=', alert.device)
    .where('signal', '=', alert.signal)
    .orderBy('n')
    .limit(1)
    .executeTakeFirst()
}

/** Evidence of the same claim by its codec's key. */
async function keyedEvidence(tx: Tx, alert: RecordAlert): Promise<EvidenceRow | undefined> {
  const { key, record } = alert
  if (!key) return undefined
  const rows = await sameKeys(tx, alert.device, alert.signal, keyText(key.id))
  return rows.find(
    (row) =>
      Math.abs(record.receivedAt - row.received_at) <= key.withinMs &&
      !saysMore(alert, row) &&
      !isOfOtherTime(alert, row),
  )
}

/** Counters begin anew when a device starts, and an id comes again; by its clock it is another time then. */
export const isOfOtherTime = ({ time }: RecordAlert, { device_at: earlier }: EvidenceRow): boolean =>
  time.deviceAt !== null && earlier !== null && Math.abs(time.deviceAt - earlier) > limits.signalStaleMs

/** The evidence with which the device told the very state that it tells again now. */
async function toldEvidence(tx: Tx, alert: RecordAlert): Promise<EvidenceRow | undefined> {
  const level = await levelOf(tx, alert.device, alert.signal)
  if (!level || level.is_on === 0 || level.evidence === null) return undefined
  if (Math.abs(alert.record.receivedAt - level.received_at) > limits.levelHeldMs) return undefined
  const row = await evidenceRow(tx, level.evidence)
  if (!row || saysMore(alert, row)) return undefined
  return isCallOfPerson(alert) && level.tells_ends === 0 && (await isSettled(tx, row)) ? undefined : row
}

/**
 * Many devices say `"sos":1` when the button is pressed and never that it is not: once nobody has the ticket before them any
 * more, that is a new press, unless the device is known to tell when it is over.
 */
const isCallOfPerson = ({ signal }: RecordAlert): boolean => signal === 'sos' || signal === 'fall'

async function isSettled(tx: Tx, { ticket }: EvidenceRow): Promise<boolean> {
  const { state } = await ticketOf(tx, ticket)
  return state === 'resolved' || state === 'closed'
}

/** Whether a copy is free of a doubt about the claim that the first had. */
export const saysMore = (alert: RecordAlert, earlier: EvidenceRow): boolean =>
  claimDoubts.some((doubt) => earlier.doubts.includes(`"${doubt}"`) && !alert.doubts.includes(doubt))

/**
 * Whether the same instant by the device's clock proves the same claim. It does for a while (redelivery, retries); later
 * the clock may as well stand still and the button have been pressed anew, and that must never be swallowed. The age
 * counts from the first receipt too, because a clock that is ahead or unset tells no age.
 */
export function isFresh({ record, time }: RecordAlert, earlier: EvidenceRow): boolean {
  const since = time.believed ? Math.min(time.at, earlier.received_at) : earlier.received_at
  return record.receivedAt - since <= limits.signalStaleMs
}
