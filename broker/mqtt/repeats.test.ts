import type { Client } from 'aedes'
import { describe, expect, it } from 'vitest'
import { openRepeats } from './repeats.ts'

type Watched = Client & { duplicates: Record<string, number> }
const client = () => ({ duplicates: { b: 9 } }) as unknown as Watched

describe('repeats', () => {
  it('are the same message right after itself, and not what was numbered earlier', () => {
    const repeats = openRepeats()
    const [one, other] = [client(), client()]
    const isRepeat = (to: Client, brokerCounter: number) => repeats.isRepeat(to, { brokerId: 'b', brokerCounter })
    expect([isRepeat(one, 7), isRepeat(one, 7), isRepeat(one, 6), isRepeat(one, 7)]).toEqual([
      false,
      true,
      false,
      false,
    ])
    expect(isRepeat(other, 7)).toBe(false)
  })

  it('are never what is retained or comes out of a queue', () => {
    const repeats = openRepeats()
    const one = client()
    for (let again = 0; again < 2; again++) {
      expect(repeats.isRepeat(one, { brokerCounter: 7 })).toBe(false)
      expect(repeats.isRepeat(one, { brokerId: 'b', brokerCounter: 7, messageId: 1 })).toBe(false)
    }
  })

  it('are not told by Aedes any more', () => {
    const one = client()
    openRepeats().watch(one)
    one.duplicates.b = 12
    expect(one.duplicates.b).toBe(0)
  })
})
