import { afterEach, beforeEach, expect, it } from 'vitest'
import { isoTime, systemClock, type VirtualClock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Journal, Lane } from '../journal/journal.ts'
import { readPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { memoryJournal } from '../test/memory_journal.ts'
import { noon, recordOf, startTimeline, type Timeline } from '../test/timeline.ts'
import { consumer } from './batch.ts'
import { lag } from './metrics.ts'
import { type AlertsOptions, startAlerts } from './start.ts'

let night: Timeline
let journal: Journal
let clock: VirtualClock
const running: { close(): Promise<void> }[] = []
beforeEach(async () => {
  night = await startTimeline()
  journal = memoryJournal()
  clock = virtualClock(noon)
})
afterEach(async () => {
  for (const service of running.splice(0)) await service.close()
  await night.close()
})

async function start(more: Partial<AlertsOptions> = {}) {
  const service = await startAlerts({ journal, store: night.store, clock, log: night.log, zone: 'UTC', ...more })
  running.push(service)
  return service
}
const publish = (device: string, lane: Lane = 'urgent') =>
  journal.append(lane, recordOf(device, { signal: 'sos' }, clock.now(), 0, lane))
const devices = async () => (await night.tickets()).map(({ device }) => device).sort()

/** A journal that never answers about its bulk lane; what reads it cannot be waited for. */
const stuckInBulk = (): Journal => ({
  ...journal,
  read: (lane, after, most) => (lane === 'bulk' ? new Promise(() => {}) : journal.read(lane, after, most)),
})

it('folds both lanes and goes on from its positions after a restart', async () => {
  await publish('watch')
  const first = await start()
  await publish('pendant', 'bulk')
  await expect.poll(devices).toEqual(['pendant', 'watch'])
  await first.close()
  await publish('stray')
  expect(await devices()).toEqual(['pendant', 'watch'])
  const readAfter: number[] = []
  const watched: Journal = {
    ...journal,
    read(lane, after, most) {
      readAfter.push(after)
      return journal.read(lane, after, most)
    },
  }
  await start({ journal: watched })
  await expect.poll(devices).toEqual(['pendant', 'stray', 'watch'])
  expect(Math.min(...readAfter)).toBe(1)
  expect((await night.tickets()).flatMap(({ evidence }) => evidence.map(({ repeats }) => repeats))).toEqual([0, 0, 0])
})

it('the urgent lane goes on while the bulk lane is stuck', async () => {
  await publish('pendant', 'bulk')
  const service = await startAlerts({ journal: stuckInBulk(), store: night.store, clock, log: night.log, zone: 'UTC' })
  await publish('watch')
  await expect.poll(devices).toEqual(['watch'])
  void service.close()
})

it('wakes for tickets that nobody answers, and for those that fell due while it was down', async () => {
  const service = await start()
  await publish('watch')
  await expect.poll(devices).toEqual(['watch'])
  const alarms = async () => {
    await clock.advance(1_000)
    return (await night.events()).filter(({ type }) => type === 'ticket.unanswered').length
  }
  await clock.advance(limits.answerWithinMs)
  await expect.poll(alarms).toBe(1)
  await service.close()
  await clock.advance(3 * limits.answerWithinMs)
  await start()
  await expect.poll(alarms).toBe(2)
})

it('a database that fails for a while delays tickets and loses none', async () => {
  let failures = 3
  const failing: Store = {
    ...night.store,
    write: async (work) => {
      if (failures-- > 0) throw new Error('the database is away')
      return night.store.write(work)
    },
  }
  await publish('watch')
  await publish('pendant')
  await start({ store: failing, clock: systemClock })
  await expect.poll(devices, { timeout: 10_000 }).toEqual(['pendant', 'watch'])
  expect((await night.tickets()).map(({ unverified }) => unverified)).toEqual([false, false])
})

it('two instances on one journal make one ticket of one signal', async () => {
  await start()
  await start()
  for (let i = 0; i < 20; i++) await publish('watch')
  const position = () => readPosition(night.store.db, consumer, 'urgent')
  await expect.poll(position).toBe(20)
  const ticket = await night.ticket()
  expect(ticket.evidence).toHaveLength(20)
  expect(ticket.timeline.filter(({ what }) => what === 'evidence_added')).toHaveLength(19)
})

it('goes on with a new journal where the old one was lost', async () => {
  await publish('watch')
  const service = await start()
  await expect.poll(devices).toEqual(['watch'])
  await service.close()
  journal = memoryJournal()
  journal.continueAfter('urgent', 1)
  await start({ journal })
  await publish('pendant')
  await expect.poll(devices).toEqual(['pendant', 'watch'])
})

it('measures how far behind it is', async () => {
  for (let i = 0; i < 5; i++) await publish('watch', 'bulk')
  const service = await startAlerts({ journal: stuckInBulk(), store: night.store, clock, log: night.log, zone: 'UTC' })
  const behind = async () => (await lag.get()).values.find(({ labels }) => labels.lane === 'bulk')?.value
  await expect.poll(behind).toBe(5)
  void service.close()
})

it('tells what it has not folded, when the next timer is due, and the newest live event', async () => {
  const service = await start()
  expect(await service.state()).toEqual({ behind: { urgent: 0, bulk: 0 }, next_timer_at: null, last_event: 0 })
  await publish('watch')
  expect((await service.state()).behind).toEqual({ urgent: 1, bulk: 0 })
  await expect.poll(async () => (await service.state()).behind.urgent).toBe(0)
  const due = isoTime(clock.now() + limits.answerWithinMs)
  expect(await service.state()).toMatchObject({ next_timer_at: due, last_event: 1 })
})
