/** The durable log between the front door and the services. This file is the seam: an engine implements it, all else imports only it. */

/** `urgent` carries what may be a safety signal, `bulk` the rest; an SOS never waits behind telemetry. */
export const lanes = ['urgent', 'bulk'] as const
export type Lane = (typeof lanes)[number]

/** One message as the front door received it, whole. */
export type JournalRecord = {
  /** Epoch ms by the front door's clock. */
  receivedAt: number
  topic: string
  /** Who was authenticated: the device id, or undefined for an administrator or the system itself. */
  principal: string | undefined
  /** The device that the topic names, or the principal. Undefined where neither is known. */
  device: string | undefined
  partition: number
  payload: Uint8Array
  retained: boolean
  /** The stable error code with which the front door refused it; it is kept for the dead letters. */
  refused: string | undefined
  /** The dead letter that this record replays. */
  replayOf: string | undefined
}

export type StoredRecord = JournalRecord & { lane: Lane; seq: number }

/**
 * Contract.
 * - `append` resolves with the record's sequence number once it is durable (fsynced, or replicated), never before.
 *   Within a lane, sequence numbers follow the order of the calls, start at 1, have no holes among durable records
 *   that matter to a reader, and are never used twice, not after a restart and not after a trim.
 *   It rejects with VigilError `journal_full` (bulk lane only) or `journal_unwritable`; then the record is not acknowledged.
 * - `read` gives durable records with `seq > after` in order, at most `most`, and fewer where they are large, so that a
 *   backlog of the largest fits into memory; fewer, or none, does not mean the end of time.
 * - `waitBeyond` resolves when the lane's head is beyond `after`, or when `signal` aborts; never rejects.
 * - one process appends, any number read.
 */
export type Journal = {
  append(lane: Lane, record: JournalRecord): Promise<number>
  read(lane: Lane, after: number, most: number): Promise<StoredRecord[]>
  waitBeyond(lane: Lane, after: number, signal: AbortSignal): Promise<void>
  /**
   * From now on the lane's numbers are above `seq`. For a journal that was lost or restored while the store was not:
   * a number that the store has worked already would be passed over in silence.
   */
  continueAfter(lane: Lane, seq: number): void
  /** The newest sequence number of the lane; 0 while it is empty. */
  head(lane: Lane): Promise<number>
  /**
   * Removes the oldest records of a lane that every consumer is past (`seq <= consumed`) and that are older than
   * `keepMs`, or that put the lane over `mostBytes`. Gives the number removed. Never removes the newest record.
   */
  trim(lane: Lane, rule: { consumed: number; keepMs: number; mostBytes: number }): Promise<number>
  close(): Promise<void>
}
