import { describe, expect, it } from 'vitest'
import { type Backlog, createBacklog, type Kept } from './backlog.ts'

const reading = (n: number) => ({ kind: 'readings', payload: { n } }) as const
const motion = (n: number) => ({ kind: 'motion', payload: { n } }) as const
const signal = (n: number) => ({ kind: 'signals', payload: { n } }) as const
const numberOf = (kept: Kept | undefined) => kept?.message.payload.n

function drain(next: () => Kept | undefined): unknown[] {
  const taken: unknown[] = []
  for (let kept = next(); kept; kept = next()) taken.push(numberOf(kept))
  return taken
}
const rest = (backlog: Backlog) => [drain(backlog.nextSignal), drain(backlog.nextOther)]

describe('a backlog', () => {
  it('has signals in a lane of their own, each lane in the order of what was said', () => {
    const backlog = createBacklog(10)
    for (const message of [reading(1), signal(2), motion(3), signal(4), reading(5)]) backlog.add(message)
    expect(rest(backlog)).toEqual([
      [2, 4],
      [1, 3, 5],
    ])
    expect([backlog.size(), backlog.inFlight()]).toEqual([5, 5])
  })

  it('drops the oldest reading for a new message, then the oldest motion, and never a signal', () => {
    const backlog = createBacklog(3)
    const dropped = [motion(1), reading(2), signal(3), signal(4), signal(5), signal(6)].map((message) =>
      backlog.add(message),
    )
    expect(dropped).toEqual([false, false, false, true, true, false])
    expect(rest(backlog)).toEqual([[3, 4, 5, 6], []])
  })

  it('never drops what was on the wire, since that may have arrived', () => {
    const backlog = createBacklog(2)
    backlog.add(reading(1))
    backlog.nextOther()
    backlog.rewind()
    expect([reading(2), reading(3)].map((message) => backlog.add(message))).toEqual([false, true])
    expect(rest(backlog)).toEqual([[], [1, 3]])
  })

  it('sends again what was not acknowledged, first and in its order, under the id that it had', () => {
    const backlog = createBacklog(10)
    for (const n of [1, 2, 3, 4]) backlog.add(reading(n))
    const ids = [backlog.nextOther(), backlog.nextOther(), backlog.nextOther()].map((kept) => kept?.id)
    expect(new Set(ids).size).toBe(3)
    expect(backlog.acknowledge(ids[1] ?? 0)).toBe(true)
    expect(backlog.acknowledge(ids[1] ?? 0)).toBe(false)
    backlog.rewind()
    const again = [backlog.nextOther(), backlog.nextOther(), backlog.nextOther()]
    expect(again.map(numberOf)).toEqual([1, 3, 4])
    expect(again.map((kept) => kept?.sendings)).toEqual([2, 2, 1])
    expect(again.map((kept) => kept?.id).slice(0, 2)).toEqual([ids[0], ids[2]])
  })

  it('gives no id twice while its message is in flight, however many are sent', () => {
    const backlog = createBacklog(10)
    backlog.add(signal(0))
    const first = backlog.nextSignal()
    const ids = new Set<number | undefined>()
    for (let n = 1; n <= 65_100; n++) {
      backlog.add(reading(n))
      const kept = backlog.nextOther()
      ids.add(kept?.id)
      backlog.acknowledge(kept?.id ?? 0)
    }
    expect(ids.has(first?.id)).toBe(false)
    expect(Math.max(...[...ids].map(Number))).toBeLessThanOrEqual(65_000)
    expect(backlog.size()).toBe(1)
  })
})
