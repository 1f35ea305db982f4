import { expect, it } from 'vitest'
import { Rota } from './dispatch.ts'
import { dutyOver, localTimeOf } from './duty.ts'

const zone = 'Asia/Shanghai'
const rota = (given: object) => Rota.parse({ id: 'r', name: 'r', area: 'hill', shifts: [], ...given })
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri']
const office = rota({
  shifts: [
    { from: '08:00', to: '20:00', days: weekdays, operators: ['ann'] },
    { from: '20:00', to: '02:00', days: ['mon'], operators: ['bob'] },
  ],
})
/** `date from-to who`, times as HH:MM. */
const clock = (minute: number) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
const told = (given: Rota, date: string, days: number, by = zone) =>
  dutyOver(given, { date, days, zone: by }).map(
    (one) => `${one.date} ${clock(one.from)}-${clock(one.to)} ${one.operators.join('+') || 'nobody'}`,
  )

it('lays a night over two days, and shows the times without anybody', () => {
  expect(told(office, '2026-11-23', 2)).toEqual([
    '2026-11-23 0:00-8:00 nobody',
    '2026-11-23 8:00-20:00 ann',
    '2026-11-23 20:00-24:00 bob',
    '2026-11-24 0:00-2:00 bob',
    '2026-11-24 2:00-8:00 nobody',
    '2026-11-24 8:00-20:00 ann',
    '2026-11-24 20:00-24:00 nobody',
  ])
})

it('cuts where somebody stands in, and says by which shift and override', () => {
  const ill = rota({
    ...office,
    overrides: [
      { from: '2026-11-24T12:15:00+08:00', to: '2026-11-24T18:00:00+08:00', operators: ['eve'], instead_of: 'ann' },
    ],
  })
  expect(told(ill, '2026-11-24', 1).slice(2, 5)).toEqual([
    '2026-11-24 8:00-12:15 ann',
    '2026-11-24 12:15-18:00 eve',
    '2026-11-24 18:00-20:00 ann',
  ])
  expect(dutyOver(ill, { date: '2026-11-24', days: 1, zone })[3]).toMatchObject({
    shifts: [0],
    overrides: [0],
    starts_at: Date.parse('2026-11-24T12:15:00+08:00'),
    ends_at: Date.parse('2026-11-24T18:00:00+08:00'),
  })
})

it('a day on which the clock is put back has its 25 hours, one on which it is put forward its 23', () => {
  const night = rota({ shifts: [{ from: '02:30', to: '06:00', days: ['sun'], operators: ['ann'] }] })
  const hours = (date: string) =>
    dutyOver(night, { date, days: 1, zone: 'Europe/Berlin' }).reduce(
      (sum, one) => sum + one.ends_at - one.starts_at,
      0,
    ) / 3_600_000
  expect([hours('2026-10-25'), hours('2026-03-29'), hours('2026-03-30')]).toEqual([25, 23, 24])
  expect(told(night, '2026-03-29', 1, 'Europe/Berlin')[1]).toBe('2026-03-29 3:00-6:00 ann')
})

it('tells the day and the minute by the clock of the zone', () => {
  expect(localTimeOf(Date.parse('2026-11-23T17:30:00Z'), zone)).toEqual({ date: '2026-11-24', minute: 90 })
})
