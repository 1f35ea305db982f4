import { describe, expect, it } from 'vitest'
import type { Telemetry } from '../../ingest/telemetry.ts'
import { settleAccount } from './account.ts'
import { eventTime } from './load_messages.ts'
import type { Acknowledged } from './publisher.ts'

const times = { base: Date.UTC(2026, 2, 4), step: 7 }

type Stored = Record<string, [at: number, value: number][]>

/** A telemetry store that holds just this, and refuses to give more points at once than it is asked for. */
const holding = (stored: Stored): Telemetry => ({
  async read({ devices, metric, from, to, most }) {
    const series = devices
      .filter((device) => stored[device])
      .map((device) => ({
        device,
        metric: metric ?? 'steps',
        unit: '1',
        points: stored[device]!.filter(([at]) => at >= from && at < to),
      }))
    expect(series.reduce((sum, { points }) => sum + points.length, 0)).toBeLessThanOrEqual(most)
    return series
  },
  write: async () => [],
  trim: async () => {},
  close: async () => {},
})

const pointsOf = (seqs: number[]): [number, number][] => seqs.map((seq) => [eventTime(times, seq), seq])
const points = (...seqs: number[]) => pointsOf(seqs)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)
const acked = (of: Record<string, Acknowledged>) => new Map(Object.entries(of))

describe('the account', () => {
  it('is clean where everything acknowledged is stored once', async () => {
    const account = await settleAccount(
      holding({ a: points(...upTo(10)), b: points(1, 2, 3, 5) }),
      acked({ a: { upTo: 10, beyond: [] }, b: { upTo: 3, beyond: [5] } }),
      times,
      10,
    )
    expect(account).toEqual({
      acknowledged: 14,
      stored: 14,
      missing: 0,
      duplicated: 0,
      foreign: 0,
      unacknowledged: 0,
      examples: [],
    })
  })

  it('finds what is missing, in the middle, at the end, out of order, and of a device that has nothing', async () => {
    const account = await settleAccount(
      holding({ a: points(1, 3), b: points(1) }),
      acked({ a: { upTo: 4, beyond: [] }, b: { upTo: 1, beyond: [3] }, c: { upTo: 2, beyond: [] } }),
      times,
      4,
    )
    expect(account).toMatchObject({ acknowledged: 8, stored: 3, missing: 5 })
    expect(account.examples).toEqual(['missing: a 2', 'missing: a 4', 'missing: b 3', 'missing: c 1', 'missing: c 2'])
  })

  it('finds what is stored twice, at a wrong time, or was never sent', async () => {
    const stored = holding({ a: [...points(1, 2, 2), [eventTime(times, 3), 99]] })
    const account = await settleAccount(stored, acked({ a: { upTo: 2, beyond: [] } }), times, 5)
    expect(account).toMatchObject({ duplicated: 1, foreign: 1, missing: 0 })
  })

  it('takes what is stored without an acknowledgement for what it is', async () => {
    const account = await settleAccount(
      holding({ a: points(1, 2, 3) }),
      acked({ a: { upTo: 2, beyond: [] } }),
      times,
      3,
    )
    expect(account).toMatchObject({ stored: 3, unacknowledged: 1, foreign: 0, missing: 0 })
  })

  it('reads long series and many devices piece by piece without a seam', async () => {
    const long = await settleAccount(
      holding({ a: pointsOf(upTo(450_000)) }),
      acked({ a: { upTo: 450_000, beyond: [] } }),
      times,
      450_000,
    )
    expect(long).toMatchObject({ stored: 450_000, missing: 0, duplicated: 0 })
    const names = upTo(1_203).map((n) => `d-${n}`)
    const many = await settleAccount(
      holding(Object.fromEntries(names.map((name) => [name, points(1, 2)]))),
      acked(Object.fromEntries(names.map((name) => [name, { upTo: 2, beyond: [] }]))),
      times,
      2,
    )
    expect(many).toMatchObject({ stored: 2_406, missing: 0 })
  })
})
