import { expect, it } from 'vitest'
import { onBothEngines } from '../test/engines.ts'
import { noteSightings } from './device_states.ts'
import { registerDevice } from './devices.ts'
import { type FigureRow, figureRows } from './figures.ts'
import { areasBelow, deviceLoad, openFindings, openLoad } from './load.ts'
import type { Store } from './store.ts'
import { addCity, addTicket } from './test_tickets.ts'

onBothEngines((engine) => {
  it('counts open tickets by area, severity and whether they wait, and since when', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await addCity(tx)
      await addTicket(tx, { id: 'a', opened_at: 100 })
      await addTicket(tx, {
        id: 'b',
        opened_at: 50,
        lines: [
          ['opened', 50],
          ['lapsed', 400],
          ['reopened', 300],
        ],
      })
      await addTicket(tx, { id: 'held', opened_at: 10, state: 'acknowledged', holder: 'ann' })
      await addTicket(tx, { id: 'let-go', opened_at: 20, state: 'dispatched', severity: 'high' })
      await addTicket(tx, { id: 'over', opened_at: 30, state: 'resolved' })
      await addTicket(tx, { id: 'from-before', opened_at: 40, late: 1, severity: 'low' })
      await addTicket(tx, { id: 'done', opened_at: 5, state: 'closed' })
      await addTicket(tx, { id: 'shared', area_path: '/city/south/', shared_with: ['/city/north/'] })
      await addTicket(tx, { id: 'theirs', area_path: '/city/south/', severity: 'medium' })
    })
    const rows = await openLoad(store.db, '/city/north/', 399)
    const told = rows.map(({ area_path, severity, late, waiting, ...row }) => [
      [area_path, severity, late, waiting].join(' '),
      row,
    ])
    expect(Object.fromEntries(told)).toEqual({
      '/city/north/ critical 0 1': { n: 2, since: 100, overdue: 1 },
      '/city/north/ critical 0 0': { n: 2, since: 10, overdue: 0 },
      '/city/north/ high 0 1': { n: 1, since: 20, overdue: 1 },
      '/city/north/ low 1 1': { n: 1, since: 40, overdue: 1 },
      '/city/south/ critical 0 1': { n: 1, since: 0, overdue: 1 },
    })
    const everywhere = await openLoad(store.db, undefined, 0)
    expect(everywhere.reduce((all, { n }) => all + n, 0)).toBe(8)
  })

  it('counts devices by area: on line, off line and for how long, and those that never told', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await addCity(tx)
      for (const id of ['on', 'off-now', 'off-hour', 'off-day', 'silent'])
        await registerDevice(tx, { id, home: 'home-north' }, 0)
      await registerDevice(tx, { id: 'theirs', home: 'home-south' }, 0)
      await registerDevice(tx, { id: 'loose' }, 0)
      await noteSightings(tx, [
        { device: 'on', lastSeenAt: 1, online: true },
        { device: 'off-now', lastSeenAt: 900, online: false },
        { device: 'off-hour', lastSeenAt: 500, online: false },
        { device: 'off-day', lastSeenAt: 50, online: false },
        { device: 'loose', lastSeenAt: 7, online: false },
      ])
    })
    const north = { area_path: '/city/north/', n: 5, online: 1, offline: 3, hour: 2, day: 1, since: 50 }
    expect(await deviceLoad(store.db, '/city/north/', { hour: 800, day: 100 })).toEqual([north])
    const everywhere = await deviceLoad(store.db, undefined, { hour: 800, day: 100 })
    expect(Object.fromEntries(everywhere.map(({ area_path, ...row }) => [String(area_path), row]))).toEqual({
      '/city/north/': { n: 5, online: 1, offline: 3, hour: 2, day: 1, since: 50 },
      '/city/south/': { n: 1, online: 0, offline: 0, hour: 0, day: 0, since: null },
      null: { n: 1, online: 0, offline: 1, hour: 1, day: 1, since: 7 },
    })
  })

  it('gives each ticket of a span once, with its first signal and what happened to it, however many there are', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await addCity(tx)
      await registerDevice(tx, { id: 'd', home: 'home-north', model: 'watch' }, 0)
      for (let n = 0; n < 1_203; n += 1) await addTicket(tx, { id: `t-${n}`, opened_at: 1_000 + Math.floor(n / 600) })
      const lines: [string, number][] = [
        ['unanswered', 1],
        ['lapsed', 1],
        ['unanswered', 2],
      ]
      await addTicket(tx, { id: 'told', opened_at: 1_500, received: 1_400, device: 'd', lines })
      await addTicket(tx, { id: 'south', opened_at: 1_501, area_path: '/city/south/' })
      await addTicket(tx, { id: 'nowhere', opened_at: 1_502, area_path: null })
      await addTicket(tx, { id: 'before', opened_at: 999 })
      await addTicket(tx, { id: 'after', opened_at: 2_000 })
    })
    const rows = await all(store, '/city/north/')
    expect(rows.map(({ id }) => id).sort()).toEqual(
      ['told', ...Array.from({ length: 1_203 }, (_, n) => `t-${n}`)].sort(),
    )
    expect(rows.at(-1)).toMatchObject({ id: 'told', received_at: 1_400, model: 'watch', unanswered: 2, lapsed: 1 })
    expect(rows[0]).toMatchObject({ received_at: null, model: null, unanswered: 0, lapsed: 0 })
    expect((await all(store, undefined)).slice(-3).map(({ id }) => id)).toEqual(['told', 'south', 'nowhere'])
  })

  it('knows the areas right below one, and what the auditor found that is not closed', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await addCity(tx)
      const about = { kind: 'system', area: null, area_path: null } as const
      await addTicket(tx, { id: 'x', ...about, episode: 'system:clock_apart', opened_at: 7, acknowledged_at: 8 })
      await addTicket(tx, { id: 'y', ...about, episode: 'system:outbox_stuck', state: 'closed' })
      await addTicket(tx, { id: 'z' })
    })
    expect((await areasBelow(store.db, 'city')).map(({ id }) => id)).toEqual(['north', 'south'])
    expect((await areasBelow(store.db, null)).map(({ path }) => path)).toEqual(['/city/'])
    const found = { episode: 'system:clock_apart', severity: 'critical', opened_at: 7, answered: 1 }
    expect(await openFindings(store.db)).toEqual([found])
  })
})

async function all(store: Store, areaPath: string | undefined): Promise<FigureRow[]> {
  const rows: FigureRow[] = []
  for await (const piece of figureRows(store.db, { from: 1_000, to: 2_000, areaPath })) rows.push(...piece)
  return rows
}
