import { limits } from '../../domain/limits.ts'
import type { JournalRecord } from '../../journal/journal.ts'
import { refusals } from '../metrics.ts'
import type { Meter } from './meter.ts'

/** Why somebody is not let in, or what it has to wait for first. */
export type ConnectAnswer = { waitMs: number } | 'too_often' | 'too_many' | 'own_oldest_first'

/**
 * What one connection, or one request, may spend: of its principal's meter, and of those that it shares with others of
 * its vendor and its address. An administrator has neither. Each connection has a purse of its own; the meters are common.
 */
export class Purse {
  readonly #own: Meter | undefined
  readonly #shared: readonly Meter[]
  #counted = false

  constructor(own: Meter | undefined, shared: readonly Meter[]) {
    this.#own = own
    this.#shared = shared
  }

  /** Pays for a message; one that is refused at the door costs more. */
  spendOnMessage({ refused, payload, topic }: JournalRecord, now: number): void {
    this.spend(refused ? limits.refusedCost : 1, payload.byteLength + topic.length, now)
  }

  /** Takes from every meter, whether it is there or not. */
  spend(messages: number, bytes: number, now: number): void {
    if (!this.#own) return
    if (this.#own.modest.debtMs(now) === 0) this.#own.modest.take(messages, now)
    this.#own.take(messages, bytes, now)
    for (const meter of this.#shared) meter.take(messages, bytes, now)
  }

  /** Takes for signals that are heavy; others are free. */
  spendOnSignals(heavy: number, now: number): void {
    if (heavy > 0) this.#own?.heavySignals.take(heavy, now)
  }

  /** How long until signals may be read again, ms; 0 where they may, as of whoever sends no heavy ones. */
  signalsDebtMs(now: number): number {
    return this.#own?.heavySignals.debtMs(now) ?? 0
  }

  /** Who must be waited for until messages may come again; undefined: nobody. */
  debtor(now: number): Meter | undefined {
    const own = this.#own
    if (!own) return undefined
    if (own.debtMs(now) > 0) return own
    if (own.modest.debtMs(now) === 0) return undefined
    return longest(this.#shared, (meter) => meter.debtMs(now))
  }

  /** Notes that a message was refused for want of quota. */
  refused(): void {
    refusals.inc({ what: 'publish', code: 'quota_exceeded' })
    for (const meter of [this.#own, ...this.#shared]) if (meter) meter.refused++
  }

  /**
   * Whether one more connection may stand, and from when. Where it may, it is counted until `close`. `beyond`: room has
   * been made, and whoever made it is not quite gone yet.
   */
  connect(now: number, number: 'within' | 'beyond' = 'within'): ConnectAnswer {
    const own = this.#own
    if (!own) return { waitMs: 0 }
    const waitMs = this.#waitToConnect(own, now)
    if (waitMs > limits.quotaPatienceMs) return 'too_often'
    const all = [own, ...this.#shared]
    const full = all.find((meter) => meter.connections >= meter.allowance.connections)
    if (full && number === 'within') return own.connections > 0 ? 'own_oldest_first' : 'too_many'
    if (own.modestConnects.debtMs(now) === 0) own.modestConnects.take(1, now)
    for (const meter of all) {
      meter.connects.take(1, now)
      meter.connections++
    }
    this.#counted = true
    return { waitMs }
  }

  /** The connection is gone. */
  close(): void {
    if (!this.#counted) return
    this.#counted = false
    for (const meter of [this.#own, ...this.#shared]) if (meter) meter.connections--
  }

  #waitToConnect(own: Meter, now: number): number {
    const ownDebt = own.connects.debtMs(now)
    if (own.modestConnects.debtMs(now) === 0) return ownDebt
    return this.#shared.reduce((most, meter) => Math.max(most, meter.connects.debtMs(now)), ownDebt)
  }
}

function longest(meters: readonly Meter[], debtMs: (meter: Meter) => number): Meter | undefined {
  let found: Meter | undefined
  for (const meter of meters) {
    const debt = debtMs(meter)
    if (debt > 0 && (!found || debt > debtMs(found))) found = meter
  }
  return found
}
