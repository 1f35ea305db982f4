import { limits } from '../../domain/limits.ts'
import { type Allowance, Meter } from './meter.ts'

/** A sweep walks through some of the meters; one more comes with each new one, so that as many are walked as are made. */
const sweptAtOnce = 8
/** A meter is not forgotten so soon after it was asked for, ms. */
const heldMs = 10_000

/** Meters by key, of those who use something or did so of late. Their number is bounded. */
export class Meters {
  readonly #meters = new Map<string, Meter>()
  #walk: Iterator<Meter> = this.#meters.values()

  find(key: string): Meter | undefined {
    return this.#meters.get(key)
  }

  all(): IterableIterator<Meter> {
    return this.#meters.values()
  }

  get size(): number {
    return this.#meters.size
  }

  /** The meter of a key; a new one is full. */
  of(key: string, allowance: () => Allowance, now: number): Meter {
    const known = this.#meters.get(key)
    if (!known) this.#sweep(now)
    const meter = known ?? new Meter(key, allowance(), now)
    if (!known) this.#meters.set(key, meter)
    meter.askedForAt = now
    return meter
  }

  /** Forgets some that are full again; where there are too many all the same, such as are in use by no connection. */
  #sweep(now: number): void {
    for (let n = 0; n < sweptAtOnce; n++) {
      const next = this.#walk.next()
      if (next.done) {
        this.#walk = this.#meters.values()
        return
      }
      const meter = next.value
      // Whoever asked for it may be about to use it.
      if (meter.connections > 0 || now - meter.askedForAt < heldMs) continue
      if (this.#meters.size >= limits.metersKept || meter.isAtRest(now)) this.#meters.delete(meter.key)
    }
  }
}
