/** Latencies in milliseconds, counted in buckets 2 % wide, so that any number of them takes the same memory. */

const LEAST = 0.01
const WIDTH = Math.log(1.02)
/** Up to about 15 minutes; what takes longer is counted in the last bucket, `max` stays exact. */
const BUCKETS = 920

/** As it travels between processes. */
export type LatencyCounts = { counts: Uint32Array; max: number }

export class Latencies {
  private readonly counts = new Uint32Array(BUCKETS)
  max = 0

  add(ms: number): void {
    const bucket = ms <= LEAST ? 0 : Math.floor(Math.log(ms / LEAST) / WIDTH)
    this.counts[Math.min(bucket, BUCKETS - 1)]! += 1
    if (ms > this.max) this.max = ms
  }

  /** Takes in what another process counted. */
  merge({ counts, max }: LatencyCounts): void {
    for (let n = 0; n < BUCKETS; n++) this.counts[n]! += counts[n] ?? 0
    this.max = Math.max(this.max, max)
  }

  clear(): void {
    this.counts.fill(0)
    this.max = 0
  }

  copy(): Latencies {
    const copy = new Latencies()
    copy.merge(this.toCounts())
    return copy
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0)
  }

  /** The latency below which the share `q` (0 to 1) of all lies, to 2 %; undefined while there is none. */
  quantile(q: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(this.count * q))
    let seen = 0
    for (let n = 0; n < BUCKETS; n++) {
      seen += this.counts[n]!
      if (seen >= wanted) return Math.min(this.max, LEAST * Math.exp((n + 1) * WIDTH))
    }
    return undefined
  }

  toCounts(): LatencyCounts {
    return { counts: this.counts, max: this.max }
  }
}
