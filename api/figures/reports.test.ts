import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { addTicket } from '../../store/test_tickets.ts'
import { type House, openHouse } from '../test_house.ts'

/** Monday, 20:00 in Shanghai. */
const now = Date.UTC(2026, 10, 23, 12)
const street = '/city/north/street-north/'

async function openAt(): Promise<House> {
  const house = await openHouse({ clock: virtualClock(now) })
  await house.store.write(async (tx) => {
    // 23:30 on Sunday and 00:30 on Monday in Shanghai, both Sunday in UTC; and one of the other district.
    const of = { area_path: street, state: 'closed', outcome: 'false_alarm' } as const
    await addTicket(tx, { ...of, id: 'sunday', opened_at: Date.UTC(2026, 10, 22, 15, 30), device: 'device-north' })
    await addTicket(tx, { ...of, id: 'monday', opened_at: Date.UTC(2026, 10, 22, 16, 30) })
    await addTicket(tx, { ...of, id: 'theirs', opened_at: Date.UTC(2026, 10, 22, 16, 30), area_path: '/city/south/' })
  })
  return house
}

const report = async (house: House, query = '', token = 'token-viewer-north') => {
  const answer = await house.call('GET', `/api/v1/reports?${query}`, { token })
  return answer.body as typeof answer.body & { total: { n: number }; slots: { slot: string; n: number }[] }
}

describe('a report', () => {
  it('is of the last seven days, day by day, by the clock of the house, and of the caller’s own area', async () => {
    const { total, slots, from, to, tz, by, area } = await report(await openAt())
    expect({ from, to, tz, by, area }).toEqual({
      from: '2026-11-16T12:00:00.001Z',
      to: '2026-11-23T12:00:00.001Z',
      tz: 'Asia/Shanghai',
      by: 'day',
      area: { id: 'north', name: 'north' },
    })
    // With the ticket that stands open in every house of the tests, of 2026-11-22.
    expect(slots).toHaveLength(8)
    expect(slots.slice(-2)).toMatchObject([
      { slot: '2026-11-22', n: 2 },
      { slot: '2026-11-23', n: 1 },
    ])
    expect(total.n).toBe(3)
  })

  it('is of whole days where days are named, by the clock that is asked for', async () => {
    const house = await openAt()
    const sunday = 'from=2026-11-22&to=2026-11-22'
    expect(await report(house, sunday)).toMatchObject({
      from: '2026-11-21T16:00:00.000Z',
      to: '2026-11-22T16:00:00.000Z',
    })
    expect((await report(house, `${sunday}&tz=UTC`)).slots).toMatchObject([{ slot: '2026-11-22', n: 3 }])
    expect((await report(house, sunday)).total.n).toBe(2)
  })

  it('is of the shift that is on', async () => {
    const house = await openAt()
    expect(await report(house, 'shift=now')).toMatchObject({ from: '2026-11-23T04:00:00.000Z', total: { n: 0 } })
  })

  it.each([
    ['from=2026-11-23&to=2026-11-01', /before it begins/],
    ['from=2024-01-01', /400 days/],
    ['from=2026-09-01&by=hour', /more than 800/],
    ['tz=Moon/Sea', /tz/],
    ['from=yesterday', /from/],
    ['table=everything', /table/],
  ])('refuses %s and says why', async (query, why) => {
    const { status, code, ...problem } = await report(await openAt(), query)
    expect([status, code]).toEqual([400, 'request_invalid'])
    expect(JSON.stringify(problem)).toMatch(why)
  })

  it('of an area of elsewhere is not there', async () => {
    const house = await openAt()
    expect(await report(house, 'area=south')).toMatchObject({ code: 'not_found' })
    expect((await report(house, 'area=street-north&from=2026-11-22')).total.n).toBe(3)
  })

  it('comes table by table as CSV, in which no name is a formula', async () => {
    const house = await openAt()
    const evil = '=HYPERLINK("http://x")'
    await house.store.write((tx) => tx.updateTable('devices').set({ model: evil }).execute())
    const token = 'token-viewer-north'
    const { headers, text } = await house.call('GET', '/api/v1/reports?format=csv&table=devices', { token })
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(headers.get('content-disposition')).toBe('attachment; filename="vigil-devices-2026-11-16.csv"')
    expect(text.split('\r\n')).toEqual([
      'device,model,n,false_alarms,judged,false_alarm_share',
      `device-north,"'=HYPERLINK(""http://x"")",2,1,1,1`,
      '',
    ])
    const accept = { accept: 'text/csv' }
    const asked = await house.call('GET', '/api/v1/reports?table=hours', { token, headers: accept })
    expect(asked.text.split('\r\n')).toHaveLength(9)
    const all = [
      'slots',
      'times',
      'histogram',
      'kinds',
      'severities',
      'outcomes',
      'areas',
      'models',
      'devices',
      'hours',
    ]
    for (const table of all) {
      const empty = await house.call('GET', `/api/v1/reports?format=csv&table=${table}&from=2026-11-01&to=2026-11-01`, {
        token,
      })
      expect(empty.text, table).toMatch(/^\w+(,\w+)+\r\n/)
    }
  })
})
