import { describe, expect, it } from 'vitest'
import { Rota, type Window } from './dispatch.ts'
import { isWithin, onDutyBy } from './rota.ts'

const zone = 'Asia/Shanghai'
/** An instant by the clock of Shanghai, which is eight hours ahead of UTC all year. */
const at = (local: string): number => Date.parse(`${local}:00+08:00`)
const rota = (given: object) => Rota.parse({ id: 'r', name: 'r', area: 'hill', ...given })
const all = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const dayAndNight = {
  shifts: [
    { from: '08:00', to: '20:00', days: all, operators: ['ann'] },
    { from: '20:00', to: '08:00', days: all, operators: ['bob'] },
  ],
}

describe('a window of the day', () => {
  const night: Window = { from: '22:00', to: '07:00' }
  it.each([
    ['2026-11-23T21:59', false],
    ['2026-11-23T22:00', true],
    ['2026-11-24T03:00', true],
    ['2026-11-24T06:59', true],
    ['2026-11-24T07:00', false],
  ])('over midnight, at %s: %s', (local, expected) => {
    expect(isWithin(night, at(local), zone)).toBe(expected)
  })

  it('belongs to the day on which it began', () => {
    const fridayNight: Window = { ...night, days: ['fri'] }
    // 2026-11-27 is a Friday.
    expect(isWithin(fridayNight, at('2026-11-28T02:00'), zone)).toBe(true)
    expect(isWithin(fridayNight, at('2026-11-27T02:00'), zone)).toBe(false)
  })

  it('of the same time twice is the whole day', () => {
    expect(isWithin({ from: '08:00', to: '08:00' }, at('2026-11-23T07:59'), zone)).toBe(true)
  })

  it('goes by the clock of its zone, summer time too', () => {
    const office: Window = { from: '09:00', to: '17:00' }
    expect(isWithin(office, Date.parse('2026-07-01T07:30:00Z'), 'Europe/Berlin')).toBe(true)
    expect(isWithin(office, Date.parse('2026-12-01T07:30:00Z'), 'Europe/Berlin')).toBe(false)
  })
})

describe('who is on duty', () => {
  it('by day and by night', () => {
    expect(onDutyBy(rota(dayAndNight), at('2026-11-23T12:00'), zone)).toEqual(['ann'])
    expect(onDutyBy(rota(dayAndNight), at('2026-11-24T03:00'), zone)).toEqual(['bob'])
    expect(onDutyBy(rota(dayAndNight), at('2026-11-24T08:00'), zone)).toEqual(['ann'])
  })

  it('nobody outside every shift', () => {
    const office = { shifts: [{ from: '09:00', to: '17:00', days: ['mon'], operators: ['ann'] }] }
    expect(onDutyBy(rota(office), at('2026-11-23T18:00'), zone)).toEqual([])
    expect(onDutyBy(rota(office), at('2026-11-24T10:00'), zone)).toEqual([])
  })

  it('by weeks that take turns, with a night shift of the week before until Monday morning', () => {
    const turns = rota({
      shifts: [
        { from: '20:00', to: '08:00', days: all, operators: ['ann'], week: { is: 1, of: 2 } },
        { from: '20:00', to: '08:00', days: all, operators: ['bob'], week: { is: 2, of: 2 } },
      ],
    })
    // Monday 2024-01-01 begins a first week, so Monday 2024-01-08 a second one.
    expect(onDutyBy(turns, at('2024-01-01T21:00'), zone)).toEqual(['ann'])
    expect(onDutyBy(turns, at('2024-01-08T03:00'), zone)).toEqual(['ann'])
    expect(onDutyBy(turns, at('2024-01-08T21:00'), zone)).toEqual(['bob'])
    expect(onDutyBy(turns, at('2023-12-31T21:00'), zone)).toEqual(['bob'])
  })

  it('on a holiday only those whose shift names it', () => {
    const holidays = rota({
      ...dayAndNight,
      shifts: [...dayAndNight.shifts, { from: '08:00', to: '08:00', days: ['holiday'], operators: ['eve'] }],
      holidays: ['2026-10-01'],
    })
    expect(onDutyBy(holidays, at('2026-10-01T12:00'), zone)).toEqual(['eve'])
    expect(onDutyBy(holidays, at('2026-10-02T07:00'), zone)).toEqual(['eve'])
    expect(onDutyBy(holidays, at('2026-10-01T07:00'), zone)).toEqual(['bob'])
  })

  it('whoever stands in, for one or for all', () => {
    const [from, to] = ['2026-11-23T10:00:00+08:00', '2026-11-23T14:00:00+08:00']
    const one = rota({ ...dayAndNight, overrides: [{ from, to, operators: ['eve'], instead_of: 'ann' }] })
    expect(onDutyBy(one, at('2026-11-23T12:00'), zone)).toEqual(['eve'])
    expect(onDutyBy(one, at('2026-11-23T14:00'), zone)).toEqual(['ann'])
    const ofAnother = rota({ ...dayAndNight, overrides: [{ from, to, operators: ['eve'], instead_of: 'bob' }] })
    expect(onDutyBy(ofAnother, at('2026-11-23T12:00'), zone)).toEqual(['ann'])
    const nobody = rota({ ...dayAndNight, overrides: [{ from, to, operators: [] }] })
    expect(onDutyBy(nobody, at('2026-11-23T12:00'), zone)).toEqual([])
  })
})
