import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { consume } from './consume.ts'
import type { Journal, StoredRecord } from './journal.ts'

/** A lane of numbered records that ends in silence: enough of a journal to follow. */
function laneOf(length: number): Pick<Journal, 'read' | 'waitBeyond' | 'head'> {
  return {
    head: async () => length,
    async read(lane, after, most) {
      const count = Math.max(0, Math.min(most, length - after))
      return Array.from({ length: count }, (_, i) => ({ lane, seq: after + 1 + i }) as StoredRecord)
    },
    waitBeyond: (_lane, _after, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  }
}

function follow(
  handle: (records: StoredRecord[]) => Promise<void>,
  after = 0,
  hear: (line: string) => void = () => {},
) {
  const stopping = new AbortController()
  const clock = virtualClock()
  const done = consume({
    journal: laneOf(10) as Journal,
    lane: 'bulk',
    after,
    most: 3,
    signal: stopping.signal,
    handle,
    clock,
    log: pino({ level: 'error' }, { write: hear }),
  })
  return { stopping, clock, done }
}

describe('consume', () => {
  it('hands over every record after the position once, in order, in batches', async () => {
    const batches: number[][] = []
    const { stopping, done } = follow(async (records) => {
      batches.push(records.map((r) => r.seq))
      if (records.at(-1)?.seq === 10) stopping.abort()
    }, 2)
    await done
    expect(batches).toEqual([
      [3, 4, 5],
      [6, 7, 8],
      [9, 10],
    ])
  })

  it('tries the same batch again until it is handled, and passes over nothing', async () => {
    const seen: number[] = []
    let failures = 3
    const { stopping, clock, done } = follow(async (records) => {
      if (records[0]?.seq === 4 && failures-- > 0) throw new Error('database away')
      seen.push(...records.map((r) => r.seq))
      if (seen.length === 10) stopping.abort()
    })
    while (!stopping.signal.aborted) await clock.advance(1_000)
    await done
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(failures).toBe(-1)
  })

  it('raises an alarm in the log where the journal ends before the position, and goes on', async () => {
    const said: string[] = []
    const { stopping, done } = follow(
      async () => {},
      11,
      (line) => said.push(line),
    )
    stopping.abort()
    await done
    expect(said).toHaveLength(1)
    expect(JSON.parse(said[0]!)).toMatchObject({ level: 50, head: 10, after: 11 })
  })
})
