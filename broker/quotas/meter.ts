import { limits } from '../../domain/limits.ts'

/** What may be used of one thing: `perSecond` for as long as it lasts, and `burst` at once after a rest. */
export type Rate = { perSecond: number; burst: number }

/** What a principal, a vendor or an address may use. */
export type Allowance = { messages: Rate; bytes: Rate; connects: Rate; connections: number }

/**
 * What is left of one thing. It may go into debt: whoever is in debt waits until it is paid, so that a message larger than
 * the whole burst passes all the same. Ms are those of one clock; one that is set back adds nothing and takes nothing.
 */
export class Bucket {
  readonly #perMs: number
  readonly #burst: number
  #left: number
  #at: number

  constructor({ perSecond, burst }: Rate, now: number) {
    this.#perMs = perSecond / 1_000
    this.#burst = burst
    this.#left = burst
    this.#at = now
  }

  /** Takes as much, whether it is there or not. */
  take(amount: number, now: number): void {
    this.#refill(now)
    this.#left -= amount
  }

  /** How long until there is no debt any more, ms; 0 where there is none. */
  debtMs(now: number): number {
    if (this.#left >= 0) return 0
    this.#refill(now)
    return this.#left >= 0 ? 0 : Math.ceil(-this.#left / this.#perMs)
  }

  /** Share that is used up, 0 to 1. */
  used(now: number): number {
    this.#refill(now)
    return Math.min(1, Math.max(0, 1 - this.#left / this.#burst))
  }

  #refill(now: number): void {
    const elapsed = now - this.#at
    if (elapsed === 0) return
    this.#at = now
    if (elapsed > 0) this.#left = Math.min(this.#burst, this.#left + elapsed * this.#perMs)
  }
}

/** How much came over the last second or two: all of the second before this one, and what came in this one. */
class Pace {
  #second = 0
  #now = 0
  #before = 0

  add(amount: number, now: number): void {
    this.#turn(now)
    this.#now += amount
  }

  /** A second, weighing the one before by how much of it is still within the last 1,000 ms. */
  perSecond(now: number): number {
    this.#turn(now)
    return Math.round(this.#now + this.#before * (1 - (now % 1_000) / 1_000))
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1_000)
    if (second === this.#second) return
    this.#before = second === this.#second + 1 ? this.#now : 0
    this.#now = 0
    this.#second = second
  }
}

/** What one principal, vendor or address has used, of all that is limited by rate. */
export class Meter {
  readonly key: string
  /** The connections that stand on it; as long as there is one, it is not forgotten. */
  connections = 0
  askedForAt = 0
  /** Messages refused since it is known. */
  refused = 0
  /** Whose device it is. */
  vendor: string | undefined
  isGateway = false
  allowance: Allowance
  connects: Bucket
  /** Whoever has something left in these is not slowed for what others do; never far in debt. */
  readonly modest: Bucket
  readonly modestConnects: Bucket
  /** Signals that take work beside the ticket. */
  readonly heavySignals: Bucket
  #messages: Bucket
  #bytes: Bucket
  readonly #messagePace = new Pace()
  readonly #bytePace = new Pace()

  constructor(key: string, allowance: Allowance, now: number) {
    this.key = key
    this.allowance = allowance
    this.#messages = new Bucket(allowance.messages, now)
    this.#bytes = new Bucket(allowance.bytes, now)
    this.connects = new Bucket(allowance.connects, now)
    this.modest = new Bucket(limits.modest, now)
    this.modestConnects = new Bucket(limits.modestConnects, now)
    this.heavySignals = new Bucket(limits.heavySignals, now)
  }

  /** Another allowance from now on; the debts of before are forgiven. */
  allow(allowance: Allowance, now: number): void {
    this.allowance = allowance
    this.#messages = new Bucket(allowance.messages, now)
    this.#bytes = new Bucket(allowance.bytes, now)
    this.connects = new Bucket(allowance.connects, now)
  }

  take(messages: number, bytes: number, now: number): void {
    this.#messages.take(messages, now)
    this.#bytes.take(bytes, now)
    this.#messagePace.add(messages, now)
    this.#bytePace.add(bytes, now)
  }

  /** Whose it is: device, vendor, integration or address. */
  get kind(): string {
    return this.key.slice(0, this.key.indexOf(':'))
  }

  /** How long until messages may come again, ms; 0 where they may. */
  debtMs(now: number): number {
    return Math.max(this.#messages.debtMs(now), this.#bytes.debtMs(now))
  }

  /** What came over the last second. */
  pace(now: number): { messages: number; bytes: number } {
    return { messages: this.#messagePace.perSecond(now), bytes: this.#bytePace.perSecond(now) }
  }

  /** Share of the messages or the bytes that is used up, whichever is more. */
  used(now: number): number {
    return Math.max(this.#messages.used(now), this.#bytes.used(now))
  }

  /** Whether a new meter in its place would be no different. */
  isAtRest(now: number): boolean {
    const buckets = [this.connects, this.modest, this.modestConnects, this.heavySignals]
    return this.used(now) === 0 && buckets.every((bucket) => bucket.used(now) === 0)
  }
}
