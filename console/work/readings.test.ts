import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../domain/ticket.ts'
import { joined, momentOf, stepOf, windowOf } from './readings.js'

const minute = 60_000
const hour = 60 * minute
const noon = Date.parse('2026-11-22T12:00:00.000Z')
const iso = (ms: number) => new Date(ms).toISOString()
const ticket = (signals: number[], more: { late?: boolean; closed_at?: string } = {}) => ({
  opened_at: iso(noon),
  late: false,
  closed_at: null,
  evidence: signals.map((at) => ({ at: iso(at) })) as Evidence[],
  ...more,
})

describe('the window of the charts', () => {
  it('is the hour before the first evidence until now, and until the closing once closed', () => {
    const first = noon - 2 * minute
    expect(windowOf(ticket([noon, first]), noon + 5 * minute)).toEqual({ from: first - hour, to: noon + 5 * minute })
    const closed = ticket([noon], { closed_at: iso(noon + 9 * minute) })
    expect(windowOf(closed, noon + 24 * hour)).toEqual({ from: noon - hour, to: noon + 9 * minute })
  })

  it('goes back to an old signal only where the ticket is about nothing newer', () => {
    expect(momentOf(ticket([noon - 48 * hour, noon]))).toBe(noon - hour)
    expect(momentOf(ticket([noon - 48 * hour], { late: true }))).toBe(noon - 48 * hour)
  })

  it('is drawn with no more points than can be seen, however long it grows', () => {
    for (const hours of [1, 2, 5, 12, 72, 24 * 30]) {
      const window = { from: noon, to: noon + hours * hour }
      expect((hours * hour) / stepOf(window)).toBeLessThanOrEqual(180)
    }
    expect(stepOf({ from: noon, to: noon + hour })).toBe(30_000)
  })
})

describe('what comes in while a ticket is open', () => {
  const heart = { device: 'd', metric: 'heart_rate', unit: '/min' }

  it('takes the place of the end that was not complete, and goes on from there', () => {
    const old = [
      {
        ...heart,
        points: [
          [1, 70],
          [2, 71],
          [3, 90],
        ] as [number, number][],
      },
    ]
    const fresh = [
      {
        ...heart,
        points: [
          [3, 80],
          [4, 81],
        ] as [number, number][],
      },
    ]
    expect(joined(old, fresh, 3)).toEqual([
      {
        ...heart,
        points: [
          [1, 70],
          [2, 71],
          [3, 80],
          [4, 81],
        ],
      },
    ])
  })

  it('brings devices that were not there, and keeps those that have gone silent', () => {
    const old = [{ ...heart, points: [[1, 70]] as [number, number][] }]
    const fresh = [{ ...heart, device: 'e', points: [[4, 60]] as [number, number][] }]
    expect(joined(old, fresh, 3).map(({ device }) => device)).toEqual(['d', 'e'])
  })
})
