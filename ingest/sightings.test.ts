import { expect, it } from 'vitest'
import { sightingFilter } from './sightings.ts'

const seen = (device: string, lastSeenAt: number, more: { online?: boolean; firmware?: string } = {}) => ({
  device,
  lastSeenAt,
  ...more,
})

it('writes a device once a minute, however often it is heard', () => {
  const filter = sightingFilter()
  const first = [seen('a', 1_000), seen('a', 2_000), seen('b', 2_000)]
  expect(filter.due(first)).toEqual([seen('a', 1_000), seen('b', 2_000)])
  filter.noted([seen('a', 1_000)])
  expect(filter.due([seen('a', 60_999)])).toEqual([])
  expect(filter.due([seen('b', 60_999)])).toEqual([seen('b', 60_999)])
  expect(filter.due([seen('a', 61_000)])).toEqual([seen('a', 61_000)])
})

it('writes what a device says of itself every time', () => {
  const filter = sightingFilter()
  filter.noted([seen('a', 1_000)])
  const said = [seen('a', 1_001, { online: false }), seen('a', 1_002, { firmware: '2.0' })]
  expect(filter.due(said)).toEqual(said)
})

it('writes a battery when it is another whole percent, and not every time that it is told', () => {
  const filter = sightingFilter()
  const told = (lastSeenAt: number, percent: number) => ({
    ...seen('a', lastSeenAt),
    battery: { percent, at: lastSeenAt },
  })
  filter.noted([told(1_000, 80.2)])
  expect(filter.due([told(1_001, 80.4), told(1_002, 79), told(1_003, 79.1)])).toEqual([told(1_002, 79)])
})

it('takes nothing for written that was not committed', () => {
  const filter = sightingFilter()
  expect(filter.due([seen('a', 1_000)])).toHaveLength(1)
  expect(filter.due([seen('a', 1_000)])).toHaveLength(1)
})
