import { afterEach, beforeEach, expect, it } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { iso, noon, startTimeline, story, type Timeline, zone } from '../test/timeline.ts'
import { watchTimers } from './watch_timers.ts'

let night: Timeline
beforeEach(async () => {
  night = await startTimeline()
})
afterEach(() => night.close())

it('a timer that our own code breaks over holds up no other, and is tried again after a minute', async () => {
  await night.at(0).publish('watch', { signal: 'sos' })
  await night.at(0).publish('pendant', { signal: 'sos' })
  const broken = { plan: 'no JSON', plan_step: 0 }
  await night.store.write(async (tx) => {
    await tx.updateTable('tickets').set(broken).where('id', '=', 't-u1-0').execute()
    await tx.insertInto('timers').values({ ticket: 't-u1-0', what: 'escalate', due_at: noon }).execute()
  })
  const clock = virtualClock(noon + 61_000)
  const ending = new AbortController()
  const watching = watchTimers({ store: night.store, clock, log: night.log, zone }, ending.signal)
  await until(async () => (await eventsOf('t-u2-0')).includes('ticket.unanswered'))
  ending.abort()
  await watching
  const { due_at } = await night.store.db
    .selectFrom('timers')
    .select('due_at')
    .where('ticket', '=', 't-u1-0')
    .where('what', '=', 'escalate')
    .executeTakeFirstOrThrow()
  expect(new Date(due_at).toISOString()).toBe(iso((61 + 60) / 60))
  await night.store.write((tx) => tx.updateTable('tickets').set({ plan: null }).where('id', '=', 't-u1-0').execute())
  const [, other] = await night.tickets()
  expect(story(other!)).toEqual(['opened: no_ticket_within_gap', 'unanswered: answer_timer'])
})

const eventsOf = async (ticket: string) =>
  (await night.events()).filter(({ ticket_id }) => ticket_id === ticket).map(({ type }) => type)

/** Waits for what the loop does by itself; a turn of the event loop each time. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}
