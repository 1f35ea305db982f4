import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { isVisibleFrom } from '../../store/area_paths.ts'
import { createArea, updateArea } from '../../store/areas.ts'
import { grantsOf } from '../../store/grants.ts'
import { createSharing, deleteSharing, getSharing, updateSharing } from '../../store/sharings.ts'
import type { Tx } from '../../store/store.ts'
import { onBothEngines } from '../../test/engines.ts'
import { iso, startTimeline, story, type Timeline, time } from '../../test/timeline.ts'
import { unshare } from './by_hand.ts'
import { grantsPerTurn, workSharings } from './work.ts'

const sos = { signal: 'sos' }
const lake = '/city/lake/'

type Given = Partial<{ id: string; from: number; to: number; of: string; severities: string[] }>

/** The steps of these tests on one night. `work` is what the service does when something is due. */
function stepsOn(night: Timeline) {
  const work = async (minutes: number) => {
    let total = 0
    for (let more = true; more; ) {
      const turn = await night.store.write((tx) => workSharings(tx, time(minutes)))
      total += turn.worked
      more = turn.more
    }
    return total
  }
  const share = (given: Given = {}) => {
    const { id = 's-1', from = 0, to, of = 'hill', severities } = given
    const times = { starts_at: iso(from), ...(to !== undefined && { ends_at: iso(to) }) }
    const input = {
      id,
      from: of,
      to: 'lake',
      reason: 'flood',
      ...times,
      severities: severities as ['critical'] | undefined,
    }
    return night.store.write((tx) => createSharing(tx, input, time(from)))
  }
  const sharedWith = async () => (await night.tickets()).map(({ shared_with }) => shared_with)
  return { work, share, sharedWith }
}

let night: Timeline
let on: ReturnType<typeof stepsOn>
beforeEach(async () => {
  night = await startTimeline()
  on = stepsOn(night)
})
afterEach(() => night.close())

it('a relationship gives the open tickets and those opened meanwhile, from its beginning to its end and no longer', async () => {
  await night.at(0).publish('watch', sos)
  await on.share({ from: 10, to: 20 })
  expect(await on.work(9.999)).toBe(0)
  expect(await on.sharedWith()).toEqual([[]])
  expect(await on.work(10)).toBe(1)
  await night.at(11).publish('pendant', sos)
  expect(await on.sharedWith()).toEqual([['lake'], ['lake']])
  expect(await on.work(19.999)).toBe(0)
  expect(await on.work(20)).toBe(2)
  expect(await on.sharedWith()).toEqual([[], []])
  await night.at(21).publish('pendant', sos)
  expect(await on.work(30)).toBe(0)
  const [first] = await night.tickets()
  expect(story(first!).filter((line) => line.includes('share'))).toEqual([
    'shared: relationship: lake: flood',
    'unshared: sharing_ended: lake: s-1',
  ])
})

it('who loses sight of a ticket hears of it a last time, and then no more', async () => {
  await night.at(0).publish('watch', sos)
  await on.share({ from: 1, to: 2 })
  await on.work(1)
  await on.work(2)
  await night.at(3).does('ann', 'acknowledge')
  const told = (await night.events()).filter(({ type }) => type !== 'ticket.unanswered')
  const seen = told.map(({ area_path, shared_with }) =>
    isVisibleFrom(lake, { areaPath: area_path, sharedWith: shared_with }),
  )
  expect(seen).toEqual([false, true, true, false])
})

it('what fell due while nothing ran is worked at once: begun and over in between gives nobody anything', async () => {
  await night.at(0).publish('watch', sos)
  await on.share({ id: 'gone', from: 1, to: 2 })
  await on.share({ id: 'runs', from: 1, to: 60 })
  expect(await on.work(30)).toBe(1)
  const states = await Promise.all(['gone', 'runs'].map((id) => getSharing(night.store.db, id)))
  expect(states.map((sharing) => sharing?.state)).toEqual(['over', 'running'])
})

it('a standing rule takes a ticket as soon as it becomes grave enough', async () => {
  await on.share({ severities: ['critical'] })
  await on.work(0)
  await night.at(1).publish('watch', { signal: 'fall' })
  expect(await on.sharedWith()).toEqual([[]])
  await night.at(2).publish('watch', sos)
  expect(await on.sharedWith()).toEqual([['lake']])
  expect(story(await night.ticket())).toContain('shared: standing_rule: lake: flood')
})

it('the end of one grant does not end another to the same area', async () => {
  await night.at(0).publish('watch', sos)
  await on.share({ from: 1, to: 10 })
  await on.work(1)
  await night.at(2).does('ann', 'share', { areaPath: lake, until: time(5) })
  expect(await on.work(5)).toBe(1)
  expect(await on.sharedWith()).toEqual([['lake']])
  await night.at(6).does('ann', 'share', { areaPath: lake })
  expect(await on.work(10)).toBe(1)
  expect(await on.sharedWith()).toEqual([['lake']])
  const { id } = await night.ticket()
  await night.store.write((tx) => unshare(tx, { ticket: id, area: 'lake', who: 'Ann', at: time(11) }))
  expect(await on.sharedWith()).toEqual([[]])
  const again = night.store.write((tx) => unshare(tx, { ticket: id, area: 'lake', who: 'Ann', at: time(12) }))
  await expect(again).rejects.toMatchObject({ code: 'not_shared' })
})

it('a sharing that is removed or changed takes back what it would not give any more', async () => {
  await night.at(0).publish('watch', sos)
  await on.share()
  await on.work(0)
  await night.store.write((tx) => updateSharing(tx, 's-1', { to: 'city' }, time(1)))
  await on.work(1)
  expect(await on.sharedWith()).toEqual([[]])
  await night.store.write((tx) => updateSharing(tx, 's-1', { to: 'lake' }, time(2)))
  await on.work(2)
  expect(await on.sharedWith()).toEqual([['lake']])
  await night.store.write((tx) => deleteSharing(tx, 's-1', time(3)))
  await on.work(3)
  expect(await on.sharedWith()).toEqual([[]])
  expect(await grantsOf(night.store.db, (await night.ticket()).id)).toEqual([])
  await expect(night.store.write((tx) => deleteSharing(tx, 's-1', time(4)))).rejects.toMatchObject({
    code: 'not_found',
  })
})

/** So many more tickets like the only one. */
async function copies(tx: Tx, count: number): Promise<void> {
  const row = await tx.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
  for (let n = 2; n < count + 2; n++)
    await tx
      .insertInto('tickets')
      .values({ ...row, id: `t-${n}`, number: n })
      .execute()
}

onBothEngines((engine) => {
  test('grants follow an area that moves, and what leaves `from` is taken back', async () => {
    const moving = await startTimeline({ store: await engine.open() })
    const { work, share, sharedWith } = stepsOn(moving)
    await moving.store.write((tx) => createArea(tx, { id: 'port', name: 'Port', parent: 'city' }))
    await moving.at(0).publish('watch', sos)
    await share()
    await work(0)
    const move = (id: string, parent: string, at: number) =>
      moving.store.write((tx) => updateArea(tx, id, { parent }, time(at)))
    await move('lake', 'port', 1)
    await work(1)
    const { shared_with } = await moving.store.db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
    expect(JSON.parse(shared_with)).toEqual(['/city/port/lake/'])
    await share({ id: 's-2', of: 'port', from: 2 })
    await work(2)
    await move('hill', 'port', 3)
    expect(await work(3)).toBe(1)
    expect((await grantsOf(moving.store.db, (await moving.ticket()).id)).map(({ sharing }) => sharing)).toEqual([
      's-1',
      's-2',
    ])
    await move('hill', 'city', 4)
    await work(4)
    expect((await grantsOf(moving.store.db, (await moving.ticket()).id)).map(({ sharing }) => sharing)).toEqual(['s-1'])
    expect(await sharedWith()).toEqual([['lake']])
  })

  test('two processes that work at one time begin and end each grant once', async () => {
    const place = await engine.place()
    const twice = await startTimeline({ store: await engine.open(place) })
    const other = await engine.open(place)
    await twice.at(0).publish('watch', sos)
    await twice.store.write((tx) => copies(tx, grantsPerTurn + 5))
    const end = 1
    await stepsOn(twice).share({ from: end, to: end + 1 })
    const tickets = (await twice.tickets()).length
    const race = async (minutes: number) => {
      let worked = 0
      const one = async (store: typeof other) => {
        for (let more = true; more; ) {
          const turn = await store.write((tx) => workSharings(tx, time(minutes)))
          worked += turn.worked
          more = turn.more
        }
      }
      await Promise.all([one(twice.store), one(other)])
      return worked
    }
    expect([await race(end), await race(end + 1)]).toEqual([tickets, tickets])
    expect(tickets).toBeGreaterThan(grantsPerTurn)
  })
})
