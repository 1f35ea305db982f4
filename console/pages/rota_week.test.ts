import { expect, it } from 'vitest'
import { gapSeconds, mondayOf, weekOf } from './rota_week.js'

const stretch = (from: string, to: string, who: string[], more: { date?: string; overrides?: number[] } = {}) => ({
  ...{ date: '2026-11-23', from, to, shifts: [], overrides: [] },
  starts_at: `2026-11-23T${from}:00Z`,
  ends_at: to === '24:00' ? '2026-11-24T00:00:00Z' : `2026-11-23T${to}:00Z`,
  operators: who.map((name) => ({ id: name, name })),
  ...more,
})
const day = [
  stretch('00:00', '08:30', []),
  stretch('08:30', '20:00', ['Ann']),
  stretch('20:00', '24:00', ['Bob'], { overrides: [0] }),
]

it('lays a day out by minutes, marks who is on duty now, where nobody is and who stands in', () => {
  const [only] = weekOf(day, { date: '2026-11-23', time: '20:00' })
  expect(only?.blocks.map(({ begins, ends, kind, now }) => [begins, ends, kind, now])).toEqual([
    [0, 510, 'nobody', false],
    [510, 1_200, 'planned', false],
    [1_200, 1_440, 'stands-in', true],
  ])
})

it('has a row for each day in order, and marks nothing on another day than today', () => {
  const week = weekOf([...day, stretch('00:00', '24:00', ['Eve'], { date: '2026-11-24' })], {
    date: '2026-11-25',
    time: '09:00',
  })
  expect(week.map(({ date, blocks }) => [date, blocks.length])).toEqual([
    ['2026-11-23', 3],
    ['2026-11-24', 1],
  ])
  expect(week.some(({ blocks }) => blocks.some(({ now }) => now))).toBe(false)
})

it('counts for how long nobody is on duty', () => {
  expect(gapSeconds(day)).toBe(8.5 * 3_600)
})

it.each([
  ['2026-11-23', 0, '2026-11-23'],
  ['2026-11-29', 0, '2026-11-23'],
  ['2026-11-25', 1, '2026-11-30'],
  ['2026-03-01', -1, '2026-02-16'],
])('the Monday of %s, %i weeks on, is %s', (date, by, monday) => {
  expect(mondayOf(date, by)).toBe(monday)
})
