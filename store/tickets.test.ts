import type { KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import type { Doubt, Severity } from '../domain/signals.ts'
import { Ticket, type TicketState } from '../domain/ticket.ts'
import { onBothEngines } from '../test/engines.ts'
import { isVisibleFrom } from './area_paths.ts'
import type { Store, Tx } from './store.ts'
import {
  addEvidence,
  addTimeline,
  clearTimers,
  countRepeats,
  insertTicket,
  nextTimerAt,
  sameClaims,
  setTimer,
  updateTicket,
} from './ticket_rows.ts'
import { listTickets, readTicket } from './tickets.ts'

const t0 = Date.UTC(2026, 10, 22, 8, 15, 30, 250)
const iso = (ms: number) => new Date(ms).toISOString()

type Given = {
  state?: TicketState
  severity?: Severity
  areaPath?: string | null
  sharedWith?: string[]
  home?: string
}
function ticket(tx: Tx, id: string, given: Given = {}) {
  const { state = 'open', severity = 'critical', areaPath = '/city/east/', sharedWith = [], home = 'home-1' } = given
  return insertTicket(tx, {
    id,
    state,
    kind: 'sos',
    severity,
    home,
    area: areaPath?.split('/').at(-2) ?? null,
    area_path: areaPath,
    device: 'watch-1',
    episode: `home:${home}`,
    opened_at: t0,
    updated_at: t0,
    first_at: t0,
    last_at: t0,
    doubts: [],
    shared_with: sharedWith,
  })
}
function evidence(tx: Tx, ticketId: string, n: number, given: { doubts?: Doubt[]; deviceAt?: number | null } = {}) {
  const { doubts = [], deviceAt = t0 } = given
  const detail = { position: { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' as const }, confidence: 0.9 }
  const record = { lane: 'urgent', seq: 7, n, topic: 'vigil/v1/watch-1/signals', reason: 'sos_pressed', detail }
  const times = { at: t0, device_at: deviceAt, received_at: t0 + 40 }
  return addEvidence(tx, { ticket: ticketId, device: 'watch-1', signal: 'sos', doubts, ...record, ...times })
}
const idsOf = async (store: Store, filter: Omit<Parameters<typeof listTickets>[1], 'most'>) =>
  (await listTickets(store.db, { ...filter, most: 99 })).items.map(({ id }) => id)

/** Makes `happen` happen when the first query has its answer and before the next is asked. */
function afterFirstQuery(happen: () => Promise<unknown>): KyselyPlugin {
  let first = true
  return {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (first) {
        first = false
        await happen()
      }
      return result
    },
  }
}

onBothEngines((engine) => {
  test('a ticket is read whole, in the shape of the API', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await ticket(tx, 't-1', { sharedWith: ['/city/west/'] })
      await evidence(tx, 't-1', 0)
      await addTimeline(tx, { ticket: 't-1', at: t0 + 1, who: 'vigil', what: 'opened', reason: 'sos_pressed' })
      await addTimeline(tx, { ticket: 't-1', at: t0 + 2, who: 'vigil', what: 'evidence', reason: null })
      await setTimer(tx, 't-1', 'unanswered', t0 + 60_000)
    })
    const read = await readTicket(store.db, 't-1')
    expect(Ticket.parse(read)).toEqual({
      id: 't-1',
      number: 1,
      state: 'open',
      kind: 'sos',
      severity: 'critical',
      home: 'home-1',
      area: 'east',
      device: 'watch-1',
      opened_at: '2026-11-22T08:15:30.250Z',
      updated_at: '2026-11-22T08:15:30.250Z',
      acknowledged_at: null,
      closed_at: null,
      late: false,
      unverified: false,
      unverified_reasons: [],
      outcome: null,
      holder: null,
      lease_until: null,
      plan: null,
      plan_at: null,
      origin: null,
      to_do: [],
      times: {
        received: '2026-11-22T08:15:30.250Z',
        shown: null,
        answered: null,
        contact_made: null,
        dispatched: null,
        on_scene: null,
        resolved: null,
        closed: null,
      },
      shared_with: ['west'],
      evidence: [
        {
          device: 'watch-1',
          signal: 'sos',
          at: '2026-11-22T08:15:30.250Z',
          device_at: '2026-11-22T08:15:30.250Z',
          received_at: '2026-11-22T08:15:30.290Z',
          skew_ms: null,
          topic: 'vigil/v1/watch-1/signals',
          reason: 'sos_pressed',
          doubts: [],
          repeats: 0,
          position: { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' },
          confidence: 0.9,
        },
      ],
      next_step: { what: 'unanswered', at: '2026-11-22T08:16:30.250Z', holder: null },
      timeline: [
        { at: '2026-11-22T08:15:30.251Z', who: 'vigil', what: 'opened', reason: 'sos_pressed' },
        { at: '2026-11-22T08:15:30.252Z', who: 'vigil', what: 'evidence', reason: null },
      ],
    })
    expect(await readTicket(store.db, 't-2')).toBeUndefined()
  })

  test('its parts are of one instant, even when it is changed while it is read', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await ticket(tx, 't-1')
      await setTimer(tx, 't-1', 'unanswered', t0 + 60_000)
    })
    const acknowledge = () =>
      store.write(async (tx) => {
        await updateTicket(tx, 't-1', { state: 'acknowledged', holder: 'op-1' })
        await clearTimers(tx, 't-1')
      })
    const read = await readTicket(store.db.withPlugin(afterFirstQuery(acknowledge)), 't-1')
    expect(read?.state).toBe('open')
    expect(read?.next_step).toEqual({ what: 'unanswered', at: iso(t0 + 60_000), holder: null })
    expect((await readTicket(store.db, 't-1'))?.state).toBe('acknowledged')
  })

  test('it is unverified while every piece of evidence is in doubt, and says why', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await ticket(tx, 't-1')
      await evidence(tx, 't-1', 0, { doubts: ['no_home', 'stale'] })
      await evidence(tx, 't-1', 1, { doubts: ['stale'] })
    })
    const doubted = await readTicket(store.db, 't-1')
    expect([doubted?.unverified, doubted?.unverified_reasons]).toEqual([true, ['no_home', 'stale']])
    await store.write((tx) => evidence(tx, 't-1', 2))
    const verified = await readTicket(store.db, 't-1')
    expect([verified?.unverified, verified?.unverified_reasons]).toEqual([false, []])
  })

  test('a device clock that is off by more than a minute is noted, also one beyond all calendars', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await ticket(tx, 't-1')
      for (const [n, deviceAt] of [t0 - 59_000, t0 - 86_400_000, 9e15, null].entries())
        await evidence(tx, 't-1', n, { deviceAt })
    })
    const read = await readTicket(store.db, 't-1')
    expect(read?.evidence.map(({ skew_ms }) => skew_ms)).toEqual([null, -86_400_040, 9e15 - t0 - 40, null])
    expect(read?.evidence.map(({ device_at }) => device_at)).toEqual([
      iso(t0 - 59_000),
      iso(t0 - 86_400_000),
      null,
      null,
    ])
  })

  test('the next step is the earliest timer, else the holder, and nothing once it is closed', async () => {
    const store = await engine.open()
    const step = async () => (await readTicket(store.db, 't-1'))?.next_step
    await store.write(async (tx) => {
      await ticket(tx, 't-1')
      await setTimer(tx, 't-1', 'later', t0 + 9_000)
      await setTimer(tx, 't-1', 'sooner', t0 + 5_000)
    })
    expect(await step()).toEqual({ what: 'sooner', at: iso(t0 + 5_000), holder: null })
    await store.write((tx) => setTimer(tx, 't-1', 'sooner', t0 + 10_000))
    expect(await step()).toEqual({ what: 'later', at: iso(t0 + 9_000), holder: null })
    await store.write(async (tx) => {
      await updateTicket(tx, 't-1', { state: 'acknowledged', holder: 'op-1' })
      await clearTimers(tx, 't-1')
    })
    expect(await step()).toEqual({ what: 'held', at: null, holder: 'op-1' })
    await store.write((tx) => updateTicket(tx, 't-1', { state: 'closed' }))
    expect(await step()).toBeNull()
  })

  test('a journal record counts once as evidence, and the same claim is found by what the device said', async () => {
    const store = await engine.open()
    const added = await store.write(async (tx) => {
      await ticket(tx, 't-1')
      return [await evidence(tx, 't-1', 0), await evidence(tx, 't-1', 0), await evidence(tx, 't-1', 1)]
    })
    expect(added).toEqual([true, false, true])
    const same = await sameClaims(store.db, 'watch-1', 'sos', t0)
    expect(same.map(({ n }) => n)).toEqual([1, 0])
    expect(await sameClaims(store.db, 'watch-1', 'fall', t0)).toEqual([])
    await store.write((tx) => countRepeats(tx, same[0]!.id, 1))
    expect((await readTicket(store.db, 't-1'))?.evidence.map(({ repeats }) => repeats)).toEqual([0, 1])
  })

  test('the next timer is the one due first, whichever ticket it is of', async () => {
    const store = await engine.open()
    expect(await nextTimerAt(store.db)).toBeUndefined()
    await store.write(async (tx) => {
      for (const [id, dueAt] of Object.entries({ 't-1': t0 + 3, 't-2': t0 + 1, 't-3': t0 + 4 })) {
        await ticket(tx, id)
        await setTimer(tx, id, 'unanswered', dueAt)
      }
    })
    expect(await nextTimerAt(store.db)).toBe(t0 + 1)
  })

  test('lists come newest first, page by page, each ticket once although new ones arrive', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      for (let i = 1; i <= 5; i++) await ticket(tx, `t-${i}`)
    })
    const first = await listTickets(store.db, { most: 2 })
    await store.write((tx) => ticket(tx, 't-6'))
    const second = await listTickets(store.db, { most: 2, after: first.next! })
    const third = await listTickets(store.db, { most: 2, after: second.next! })
    const seen = [first, second, third].map(({ items }) => items.map(({ id }) => id))
    expect(seen).toEqual([['t-5', 't-4'], ['t-3', 't-2'], ['t-1']])
    expect(third.next).toBeNull()
  })

  test('lists are filtered by state, severity and home', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await ticket(tx, 't-1', { state: 'open', severity: 'high' })
      await ticket(tx, 't-2', { state: 'closed', severity: 'high' })
      await ticket(tx, 't-3', { state: 'dispatched', severity: 'critical', home: 'home-2' })
    })
    expect(await idsOf(store, { states: ['open', 'dispatched'] })).toEqual(['t-3', 't-1'])
    expect(await idsOf(store, { severities: ['high'] })).toEqual(['t-2', 't-1'])
    expect(await idsOf(store, { states: ['open'], severities: ['critical'] })).toEqual([])
    expect(await idsOf(store, { home: 'home-2' })).toEqual(['t-3'])
    expect(await idsOf(store, { states: [] })).toEqual(['t-3', 't-2', 't-1'])
  })

  test('an area sees its own, those below, and what was shared with it; the live events follow the same rule', async () => {
    const store = await engine.open()
    const given = {
      't-1': { areaPath: '/city/east/', sharedWith: [] },
      't-2': { areaPath: '/city/east/a_b/', sharedWith: [] },
      't-3': { areaPath: '/city/east/axb/', sharedWith: ['/city/west/', '/city/north/axc/'] },
      't-4': { areaPath: '/city/eastern/', sharedWith: [] },
      't-5': { areaPath: null, sharedWith: [] },
    }
    await store.write(async (tx) => {
      for (const [id, area] of Object.entries(given)) await ticket(tx, id, area)
    })
    const expected = {
      '/city/': ['t-4', 't-3', 't-2', 't-1'],
      '/city/east/': ['t-3', 't-2', 't-1'],
      '/city/east/a_b/': ['t-2'],
      '/city/west/': ['t-3'],
      '/city/north/': ['t-3'],
      '/city/north/a_c/': [],
      '/east/': [],
    }
    for (const [areaPath, ids] of Object.entries(expected)) {
      expect(await idsOf(store, { areaPath }), areaPath).toEqual(ids)
      const live = Object.entries(given).filter(([, area]) => isVisibleFrom(areaPath, area))
      expect(live.map(([id]) => id).reverse(), `live events from ${areaPath}`).toEqual(ids)
    }
    expect(await idsOf(store, {})).toHaveLength(5)
    expect(isVisibleFrom(null, given['t-5'])).toBe(true)
  })
})
