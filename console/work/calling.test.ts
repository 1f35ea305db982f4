import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '../../domain/ticket.ts'
import { callees, lastCallOf, nextToCall } from './calling.js'

const wang = { id: 'c1', name: 'Wang', relation: 'son', phone: '138' }
const li = { id: 'c2', name: 'Li', relation: null, phone: '139' }
const resident = { name: 'Zhao', phone: '0473-1' }
const called = (minute: number, told: string, reached = false): TimelineEntry => ({
  at: new Date(minute * 60_000).toISOString(),
  who: 'Chen',
  what: reached ? 'contact_reached' : 'contact_not_reached',
  reason: told,
})
const nextOf = (timeline: TimelineEntry[], residents = [resident]) =>
  nextToCall(callees(residents, [wang, li]), timeline)?.id

describe('the calling list', () => {
  it('has the resident under 0 and the contacts under 1 to 9; a tenth has no key', () => {
    const many = Array.from({ length: 10 }, (_, i) => ({ ...wang, id: `c${i}` }))
    expect(callees([resident], many).map(({ key }) => key)).toEqual([...'0123456789', ''])
    expect(callees([], [wang]).map(({ id, key }) => [id, key])).toEqual([['c1', '1']])
  })

  it('names the only resident; of several it is not known who was meant', () => {
    expect(callees([resident], [])[0]).toMatchObject({ name: 'Zhao', phone: '0473-1', told: 'resident' })
    expect(callees([resident, { name: 'Qian', phone: '2' }], [])[0]).toMatchObject({ phone: '' })
  })

  it('goes on to the first whom nobody has tried, and passes over who has no number', () => {
    expect(nextOf([])).toBe('resident')
    expect(nextOf([], [{ name: 'Zhao', phone: '' }])).toBe('c1')
    expect(nextOf([called(1, 'resident')])).toBe('c1')
    expect(nextOf([called(1, 'resident'), called(2, 'Wang: engaged')])).toBe('c2')
  })

  it('begins again with whoever was tried longest ago, and stops once somebody was reached', () => {
    const all = [called(1, 'Wang'), called(2, 'resident'), called(3, 'Li')]
    expect(nextOf(all)).toBe('c1')
    expect(nextOf([...all, called(4, 'Wang')])).toBe('resident')
    expect(nextOf([called(1, 'Wang', true)])).toBeUndefined()
  })

  it('knows the last call by the name, and by no name that only begins alike', () => {
    const [, first] = callees([resident], [wang])
    expect(lastCallOf(first!, [called(1, 'Wang'), called(2, 'Wangjing')])).toMatchObject(called(1, 'Wang'))
  })
})
