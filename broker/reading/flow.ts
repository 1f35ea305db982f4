import type { Client, PublishPacket } from 'aedes'
import { isUrgent } from '../../codecs/urgent.ts'
import type { Clock } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import type { Admission } from '../admission.ts'
import type { CutReason } from '../identity/noting.ts'
import { slowed } from '../metrics.ts'
import type { Purse } from '../quotas/quotas.ts'
import { Load } from './load.ts'
import { Reader, type Reins } from './reading.ts'
import { openTurns } from './turns.ts'

/** How heavy a signal is: one that is its sender's own and small is not. */
const weightOf = ({ refused, payload }: Admission['record']): number =>
  (refused ? 1 : 0) + Math.floor(payload.byteLength / limits.heavyBytes)

export const bytesOf = ({ payload }: PublishPacket): Buffer =>
  typeof payload === 'string' ? Buffer.from(payload) : payload

type OnCut = (client: Client, reason: CutReason) => void

/** How one connection is read, and what it may spend. */
export class Flow implements Reins {
  readonly #client: Client
  readonly #clock: Clock
  readonly #onOrphan: (packet: PublishPacket) => void
  readonly #onCut: OnCut
  #purse: Purse | undefined
  /** Since when it has been held without ever catching up. */
  #heldSince: number | undefined
  #toldAt = Number.NEGATIVE_INFINITY
  /** It is about to be cut; what it sends meanwhile is heard. */
  isLeaving = false

  constructor(client: Client, clock: Clock, onOrphan: (packet: PublishPacket) => void, onCut: OnCut) {
    this.#client = client
    this.#clock = clock
    this.#onOrphan = onOrphan
    this.#onCut = onCut
  }

  /** From now on it is known who pays. */
  paidBy(purse: Purse): void {
    this.#purse = purse
  }

  /**
   * Pays for a message, and throws `quota_exceeded` where it is not to be stored: its sender was slowed for as long as
   * it may be, and goes on all the same. Signals are free, but that heavy ones are read more slowly; none is refused.
   */
  spend({ lane, record }: Admission): void {
    if (!this.#purse) return
    const now = this.#clock.now()
    if (lane === 'urgent') {
      this.#purse.spendOnSignals(weightOf(record), now)
      return
    }
    // What a device leaves as its will is the last that is heard of it.
    if (this.#isRefusing(now) && !this.#client.closed && this.#purse.debtor(now)) {
      this.#purse.refused()
      throw new VigilError('quota_exceeded')
    }
    this.#purse.spendOnMessage(record, now)
  }

  /** Whether to tell now that telemetry is refused; not for each message. */
  mayTell(): boolean {
    const now = this.#clock.now()
    if (now - this.#toldAt < limits.quotaReceiptEveryMs) return false
    this.#toldAt = now
    return true
  }

  holdMs(backlogBytes: number): number {
    const now = this.#clock.now()
    const debtor = this.#purse?.debtor(now)
    if (!debtor) {
      // It has caught up; otherwise more is there than may come, and has been for a while.
      if (this.#heldSince !== undefined && backlogBytes < limits.sliceBytes) this.#heldSince = undefined
      return 0
    }
    if (this.isLeaving || this.#isRefusing(now)) return 0
    if (this.#heldSince === undefined) slowed.inc({ by: debtor.kind })
    this.#heldSince ??= now
    return Math.min(debtor.debtMs(now), Math.max(1, this.#heldSince + limits.quotaPatienceMs - now))
  }

  /** What is not a message costs as much as one; a subscription for each of its filters. */
  spendOn(packets: number): void {
    this.#purse?.spend(packets, 0, this.#clock.now())
  }

  isUrgent(packet: PublishPacket): boolean {
    return isUrgent(packet.topic, bytesOf(packet))
  }

  orphaned(packet: PublishPacket): void {
    this.#onOrphan(packet)
  }

  urgentHoldMs(): number {
    if (this.isLeaving || !this.#purse) return 0
    return Math.min(limits.heavySignalHoldMs, this.#purse.signalsDebtMs(this.#clock.now()))
  }

  cut(reason: CutReason): void {
    this.#onCut(this.#client, reason)
  }

  #isRefusing(now: number): boolean {
    return this.#heldSince !== undefined && now - this.#heldSince >= limits.quotaPatienceMs
  }
}

/** Reads connections, and cuts those whose packets never become whole. */
export type Flows = {
  of(client: Client): Flow | undefined
  open(client: Client, onOrphan: (packet: PublishPacket) => void): Flow
  close(): void
}

const lookEveryMs = 1_000

/** `onCut` is told before a connection is cut. */
export function openFlows(clock: Clock, onCut: OnCut): Flows {
  const flows = new WeakMap<Client, Flow>()
  const readers = new Map<Reader, Client>()
  const shared = { clock, turns: openTurns(), load: new Load() }
  let cancelLook = clock.after(lookEveryMs, look)

  function look(): void {
    const now = clock.now()
    let unfinished = 0
    for (const [reader, client] of readers) {
      if (reader.isTooSlow(now)) end(client, 'packet_too_slow')
      unfinished += reader.unfinished
    }
    if (unfinished > limits.unfinishedBytes) shedUnfinished(unfinished - limits.unfinishedBytes)
    cancelLook = clock.after(lookEveryMs, look)
  }

  /** Those that hold the most go first. */
  function shedUnfinished(bytes: number): void {
    let left = bytes
    for (const [reader, client] of [...readers].sort(([a], [b]) => b.unfinished - a.unfinished)) {
      if (left <= 0) return
      left -= reader.unfinished
      end(client, 'unfinished_too_much')
    }
  }

  function end(client: Client, reason: CutReason): void {
    onCut(client, reason)
    client.conn.destroy()
  }

  return {
    of: (client) => flows.get(client),
    open(client, onOrphan) {
      const flow = new Flow(client, clock, onOrphan, onCut)
      const reader = new Reader(client, { ...shared, reins: flow })
      flows.set(client, flow)
      readers.set(reader, client)
      client.conn.once('close', () => readers.delete(reader))
      return flow
    },
    close: () => cancelLook(),
  }
}
