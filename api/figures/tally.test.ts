import { expect, it } from 'vitest'
import { slotsBetween, wallClock } from '../../domain/calendar.ts'
import { registerDevice } from '../../store/devices.ts'
import { figureRows } from '../../store/figures.ts'
import { addCity, addTicket, type Made } from '../../store/test_tickets.ts'
import { onBothEngines } from '../../test/engines.ts'
import { tally } from './tally.ts'

/** Monday, 2026-11-23, 08:00 in Shanghai. */
const monday = Date.UTC(2026, 10, 23)
const hour = 3_600_000
const day = 24 * hour
const district = (id: string) => ({ id, name: id, path: `/city/${id}/` })
const scope = { area: { id: 'city', name: 'City' }, path: '/city/', below: [district('north'), district('south')] }

/** A ticket closed with this outcome, answered after so many seconds. */
const closed = (id: string, at: number, seconds: number, more: Partial<Made> = {}): Made => ({
  id,
  opened_at: at,
  received: at,
  state: 'closed',
  outcome: 'false_alarm',
  acknowledged_at: at + seconds * 1_000,
  closed_at: at + 600_000,
  ...more,
})

const watch = { device: 'watch-1' }
const radar = { device: 'radar-1', kind: 'fall', severity: 'high', area_path: '/city/south/' } as const
const tickets: Made[] = [
  closed('a', monday, 10, watch),
  closed('b', monday + hour, 20, watch),
  closed('c', monday + hour, 90, { ...watch, outcome: 'real_emergency', contacted_at: monday + hour + 120_000 }),
  closed('d', monday + day, 40, { ...radar, outcome: 'real_emergency', dispatched_at: monday + day + 180_000 }),
  closed('e', monday + day, 60, { ...radar, on_scene_at: monday + day + 900_000, lines: [['lapsed', 1]] }),
  closed('f', monday + day, 700, { ...radar, outcome: 'test', late: 1, severity: 'low' }),
  closed('g', monday + day, 5, { outcome: 'duplicate' }),
  { id: 'h', opened_at: monday + 2 * day, received: monday + 2 * day, lines: [['unanswered', 1]], plan_round: 1 },
]
const of = (n: number, false_alarms: number, judged: number, false_alarm_share: number | null) => ({
  ...{ n, false_alarms, judged, false_alarm_share },
})

onBothEngines((engine) => {
  it('counts what was counted by hand', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await addCity(tx)
      await registerDevice(tx, { id: 'watch-1', home: 'home-north', model: 'Watch 2' }, 0)
      await registerDevice(tx, { id: 'radar-1', home: 'home-south', model: 'Radar' }, 0)
      for (const ticket of tickets) await addTicket(tx, ticket)
    })
    const wall = wallClock('Asia/Shanghai')
    const [from, to] = [monday, monday + 3 * day]
    const slots = slotsBetween(wall(from), wall(to), 'day', 99)
    const counted = tally({ scope, wall, by: 'day', slots, now: to })
    for await (const rows of figureRows(store.db, { from, to, areaPath: '/city/' })) rows.forEach(counted.take)
    const told = counted.told()

    expect(told.total).toEqual(of(8, 3, 5, 0.6))
    expect(told.late).toBe(1)
    // Answered after 5, 10, 20, 40, 60 and 90 s; one waits, one came late and rang nobody.
    expect(told.answering).toEqual({
      tickets: 7,
      answer: { n: 6, median_ms: 30_000, p90_ms: 90_000, longest_ms: 90_000 },
      ...{ in_time: 5, in_time_of: 7, in_time_share: 0.7143 },
      ...{ unanswered: 1, alarmed_again: 1, escalated: 1, lapsed: 1 },
    })
    const one = (ms: number) => ({ n: 1, median_ms: ms, p90_ms: ms, longest_ms: ms })
    expect(told.times).toEqual({
      contact: one(120_000),
      dispatch: one(180_000),
      on_scene: one(900_000),
      close: { ...one(600_000), n: 6 },
    })
    expect(told.histogram.map(({ up_to_s, n }) => [up_to_s, n])).toEqual([
      ...[
        [15, 2],
        [30, 1],
        [60, 2],
        [120, 1],
        [300, 0],
        [600, 0],
        [null, 0],
      ],
    ])
    expect(told.kinds).toEqual([
      { kind: 'sos', ...of(5, 2, 3, 0.6667) },
      { kind: 'fall', ...of(3, 1, 2, 0.5) },
    ])
    expect(new Map(told.severities.map(({ severity, n }) => [severity, n]))).toEqual(
      new Map([
        ['critical', 5],
        ['high', 2],
        ['low', 1],
      ]),
    )
    expect(Object.fromEntries(told.outcomes.map(({ outcome, n }) => [String(outcome), n]))).toEqual({
      ...{ false_alarm: 3, real_emergency: 2, test: 1, duplicate: 1, null: 1 },
    })
    expect(told.areas).toEqual([
      { place: 'below', id: 'north', name: 'north', ...of(5, 2, 3, 0.6667) },
      { place: 'below', id: 'south', name: 'south', ...of(3, 1, 2, 0.5) },
    ])
    expect(told.models).toEqual([
      { model: 'Watch 2', ...of(3, 2, 3, 0.6667) },
      { model: 'Radar', ...of(3, 1, 2, 0.5) },
    ])
    expect(told.devices).toEqual([
      { device: 'watch-1', model: 'Watch 2', ...of(3, 2, 3, 0.6667) },
      { device: 'radar-1', model: 'Radar', ...of(3, 1, 2, 0.5) },
    ])
    expect(
      told.slots.map(({ slot, n, false_alarm_share, answered, answer_median_ms, in_time, in_time_of }) => [
        ...[slot, n, false_alarm_share, answered, answer_median_ms, in_time, in_time_of],
      ]),
    ).toEqual([
      ['2026-11-23', 3, 0.6667, 3, 20_000, 2, 3],
      ['2026-11-24', 4, 0.5, 3, 40_000, 3, 3],
      ['2026-11-25', 1, null, 0, null, 0, 1],
      ['2026-11-26', 0, null, 0, null, 0, 0],
    ])
    expect(told.hours.map((hours) => hours.flatMap((n, at) => (n === 0 ? [] : [`${at}:${n}`])))).toEqual([
      ['8:1', '9:2'],
      ['8:4'],
      ['8:1'],
      ...[[], [], [], []],
    ])
  })
})
