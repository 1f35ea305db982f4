import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { noteSightings } from '../../store/device_states.ts'
import { rotas } from '../../store/dispatch.ts'
import { addTicket } from '../../store/test_tickets.ts'
import { type Body, type House, openHouse } from '../test_house.ts'

/** A Monday, 20:00 in Shanghai. */
const now = Date.UTC(2026, 10, 23, 12)
const street = '/city/north/street-north/'
const minute = 60_000

async function openAt(at: number): Promise<House> {
  const house = await openHouse({ clock: virtualClock(at) })
  await house.store.write(async (tx) => {
    await tx.updateTable('tickets').set({ state: 'closed', outcome: 'test', late: 1 }).execute()
    await tx.deleteFrom('rotas').execute()
  })
  return house
}

const overview = async (house: House, token: string, query = '') =>
  (await house.call('GET', `/api/v1/overview${query}`, { token })).body as Body & {
    areas: Record<string, unknown>[]
  }

describe('the overview', () => {
  it('tells what there is to do, of everything and of each area right below', async () => {
    const house = await openAt(now)
    await house.store.write(async (tx) => {
      await addTicket(tx, { id: 'a', area_path: street, opened_at: now - 61_000 })
      await addTicket(tx, { id: 'b', area_path: street, opened_at: now - 5_000, severity: 'high' })
      await addTicket(tx, { id: 'c', area_path: street, opened_at: now - 90_000, state: 'acknowledged', holder: 'x' })
      await addTicket(tx, { id: 'd', area_path: street, opened_at: 0, late: 1, severity: 'low' })
      await addTicket(tx, { id: 'e', area_path: '/city/south/', opened_at: now })
      await noteSightings(tx, [{ device: 'device-north', lastSeenAt: now - 2 * 3_600_000, online: false }])
    })
    const { total, areas } = await overview(house, 'token-viewer')
    const north = {
      waiting: { critical: 1, high: 1, medium: 0, low: 0 },
      overdue: 1,
      oldest_wait_since: new Date(now - 61_000).toISOString(),
      in_hand: { critical: 1, high: 0, medium: 0, low: 0 },
      late: 1,
    }
    const devices = { total: 2, online: 0, offline: 1, unknown: 1, offline_over_hour: 1, offline_over_day: 0 }
    expect(total).toMatchObject({ ...north, waiting: { critical: 2, high: 1 }, devices: { total: 5, offline: 1 } })
    expect(areas.map(({ place, id }) => [place, id])).toEqual([
      ['below', 'north'],
      ['below', 'south'],
      ['own', null],
    ])
    expect(areas[0]).toMatchObject({ name: 'north', ...north, devices })
    expect(areas[1]).toMatchObject({ waiting: { critical: 1, high: 0 }, overdue: 0, in_hand: { critical: 0 } })
    expect(areas[2]).toMatchObject({ waiting: { critical: 0 }, oldest_wait_since: null, devices: { total: 1 } })
  })

  it('is of the caller’s own area, or of one within; what was shared with it stands apart', async () => {
    const house = await openAt(now)
    await house.store.write(async (tx) => {
      await addTicket(tx, { id: 'ours', area_path: street, opened_at: now })
      await addTicket(tx, { id: 'lent', area_path: '/city/south/', opened_at: now, shared_with: ['/city/north/'] })
      await addTicket(tx, { id: 'theirs', area_path: '/city/south/', opened_at: now })
    })
    const own = await overview(house, 'token-viewer-north')
    expect(own).toMatchObject({ area: { id: 'north', name: 'north' }, total: { waiting: { critical: 2 } } })
    expect(own.areas).toMatchObject([
      { place: 'below', id: 'street-north', waiting: { critical: 1 } },
      { place: 'elsewhere', id: null, waiting: { critical: 1 }, devices: { total: 0 } },
    ])
    const within = await overview(house, 'token-viewer-north', '?area=street-north')
    expect(within.areas).toMatchObject([{ place: 'own', id: 'street-north', waiting: { critical: 1 } }])
    expect(await overview(house, 'token-viewer-north', '?area=south')).toMatchObject({ code: 'not_found' })
  })

  it('tells how tickets were answered in the last eight hours, where no rota has a shift now', async () => {
    const house = await openAt(now)
    const begin = now - 8 * 3_600_000
    await house.store.write(async (tx) => {
      // Lengths of 10, 20, 30, 60 and 400 s, counted from the first signal: the middle one is 30 s, nine of ten within 400 s.
      for (const [n, s] of [10, 20, 30, 60, 400].entries())
        await addTicket(tx, {
          ...{ id: `answered-${n}`, area_path: street, state: 'closed', opened_at: begin + n * minute },
          ...{ received: begin + n * minute - 1_000, acknowledged_at: begin + n * minute - 1_000 + s * 1_000 },
          ...(n === 4 && { lines: [['unanswered', 1] as [string, number]], plan_step: 2 }),
          ...(n === 3 && { lines: [['lapsed', 1] as [string, number]] }),
        })
      await addTicket(tx, { id: 'waits-long', area_path: street, opened_at: now - 61_000 })
      await addTicket(tx, { id: 'just-came', area_path: street, opened_at: now - 1_000 })
      await addTicket(tx, { id: 'before', area_path: street, opened_at: begin - 1, acknowledged_at: now })
      await addTicket(tx, { id: 'from-before', area_path: street, opened_at: begin, acknowledged_at: now, late: 1 })
      await addTicket(tx, { id: 'self', area_path: street, opened_at: begin, acknowledged_at: now, kind: 'system' })
    })
    const { shift } = await overview(house, 'token-viewer')
    expect(shift).toEqual({
      by: 'last_8_hours',
      rota: null,
      since: new Date(begin).toISOString(),
      until: null,
      tickets: 7,
      answer: { n: 5, median_ms: 30_000, p90_ms: 400_000, longest_ms: 400_000 },
      in_time: 4,
      in_time_of: 6,
      in_time_share: 0.6667,
      unanswered: 2,
      alarmed_again: 1,
      escalated: 1,
      lapsed: 1,
    })
  })

  it('says nothing rather than zero of what nobody has done', async () => {
    const { shift } = await overview(await openAt(now), 'token-viewer')
    const nothing = { n: 0, median_ms: null, p90_ms: null, longest_ms: null }
    expect(shift).toMatchObject({ tickets: 0, answer: nothing, in_time_of: 0, in_time_share: null })
  })

  it('takes the shift of the dispatchers’ rota of the area or of the nearest above it, over midnight too', async () => {
    const house = await openAt(now)
    const day = { from: '08:00', to: '20:00', days: ['mon', 'tue'] as const }
    const night = { from: '20:00', to: '08:00', days: ['mon'] as const }
    const shifts = [day, night].map((shift) => ({ ...shift, days: [...shift.days], operators: ['dispatcher'] }))
    const shared = { shifts, overrides: [], holidays: [] }
    await house.store.write(async (tx) => {
      await rotas.create(tx, { id: 'city-rota', name: 'r', area: 'city', ...{ ...shared, role: 'dispatcher' } })
      await rotas.create(tx, { id: 'chiefs', name: 'r', area: 'north', ...{ ...shared, role: 'supervisor' } })
    })
    const onNow = {
      by: 'rota',
      rota: 'city-rota',
      since: '2026-11-23T12:00:00.000Z',
      until: '2026-11-24T00:00:00.000Z',
    }
    expect((await overview(house, 'token-viewer')).shift).toMatchObject(onNow)
    expect((await overview(house, 'token-viewer-north')).shift).toMatchObject(onNow)
  })

  it('tells how the house fares, and what its auditor found, by name alone', async () => {
    const house = await openAt(now)
    const about = { kind: 'system', area: null, area_path: null, opened_at: now - minute } as const
    await house.store.write(async (tx) => {
      await addTicket(tx, { id: 's', ...about, episode: 'system:clock_apart', severity: 'high', acknowledged_at: now })
      await addTicket(tx, { id: 't', ...about, episode: 'system:no_next_step' })
    })
    expect(await overview(house, 'token-viewer-north')).toMatchObject({
      system: {
        ready: false,
        checks: [
          { name: 'store', ok: true, behind: null },
          { name: 'front_door', ok: false, behind: null },
        ],
        findings: [
          { code: 'no_next_step', severity: 'critical', since: new Date(now - minute).toISOString(), answered: false },
          { code: 'clock_apart', severity: 'high', answered: true },
        ],
      },
    })
  })

  it('holds nothing that tells of a person, whoever asks', async () => {
    const house = await openAt(now)
    const names = [
      'Zhang Unmistakable',
      'Lane of Secrets 7',
      '13912345678',
      'Dr. Daughter',
      'Opal Operator',
      'ward-watch',
    ]
    const [name, address, phone, contact, operator, device] = names as [string, string, string, string, string, string]
    await house.store.write(async (tx) => {
      await tx.updateTable('homes').set({ address, notes: name, lat: 39.6553, lon: 106.7944 }).execute()
      await tx.updateTable('residents').set({ name, phone, risks: name }).execute()
      await tx.updateTable('contacts').set({ name: contact, phone }).execute()
      await tx.updateTable('operators').set({ name: operator }).where('id', '=', 'dispatcher').execute()
      await tx.insertInto('devices').values({ id: device, home: 'home-north', place: name, created_at: 0 }).execute()
      await addTicket(tx, {
        ...{ id: 'a', area_path: street, home: 'home-north', device, opened_at: now, holder: 'dispatcher' },
        ...{ state: 'acknowledged', received: now, lines: [[`called ${name}`, now]] },
      })
    })
    for (const token of ['token-administrator', 'token-viewer-north']) {
      const { text } = await house.call('GET', '/api/v1/overview', { token })
      expect(text).toContain('"critical":1')
      for (const secret of [...names, '39.65', 'home-north', '"dispatcher']) expect(text).not.toContain(secret)
    }
  })
})
