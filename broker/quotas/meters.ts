import { limits } from '../../domain/limits.ts'
import { type Allowance, Meter } from './meter.ts'

/** A sweep walks through some of the meters; one more comes with each new one, so that as many are walked as are made. */
const sweptAtOnce = 8

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
    if (known) return known
    this.#sweep(now)
    const meter = new Meter(key, allowance(), now)
    this.#meters.set(key, meter)
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
      const tooMany = this.#meters.size >= limits.metersKept && next.value.connections === 0
      if (tooMany || next.value.isAtRest(now)) this.#meters.delete(next.value.key)
    }
  }
}
