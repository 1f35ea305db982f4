import { afterEach, beforeEach, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { iso, startTimeline, story, type Timeline, time, zone } from '../test/timeline.ts'
import { timersPerTurn, workTimers } from './timers.ts'

const answer = limits.answerWithinMs / 60_000
const sos = { signal: 'sos' }
let night: Timeline
beforeEach(async () => {
  night = await startTimeline()
})
afterEach(() => night.close())

const work = async (minutes: number) => {
  const worked = await night.store.write((tx) => workTimers(tx, time(minutes), zone))
  return { worked: worked.length, unanswered: worked.filter(({ did }) => did === 'alarmed') }
}
const unanswered = async () =>
  (await night.events()).filter(({ type }) => type === 'ticket.unanswered').map(({ ticket_id }) => ticket_id)

it('a ticket that nobody answers alarms again and again, each time with a next step', async () => {
  await night.at(0).publish('watch', sos)
  expect((await work(answer - 0.001)).worked).toBe(0)
  expect((await work(answer)).unanswered).toHaveLength(1)
  const ticket = await night.ticket()
  expect(story(ticket)).toEqual(['opened: no_ticket_within_gap', 'unanswered: answer_timer'])
  expect(ticket).toMatchObject({ state: 'open', updated_at: iso(answer) })
  expect(ticket.next_step).toEqual({ what: 'answer', at: iso(2 * answer), holder: null })
  expect(await unanswered()).toEqual([ticket.id])
  await work(2 * answer)
  expect(await unanswered()).toHaveLength(2)
})

it.each(['acknowledge', 'dispatch', 'close'] as const)('%s ends the waiting', async (action) => {
  await night.at(0).publish('watch', sos)
  await night.at(0.5).does('ann', action, { outcome: 'assistance' })
  expect((await work(5)).worked).toBe(0)
  expect(await unanswered()).toEqual([])
})

it('a note does not end the waiting', async () => {
  await night.at(0).publish('watch', sos)
  await night.at(0.5).does('ann', 'note', { reason: 'I hear her' })
  expect((await work(answer)).unanswered).toHaveLength(1)
})

it('a timer of a ticket that is answered after all is taken away without an alarm', async () => {
  await night.at(0).publish('watch', sos)
  await night.store.write((tx) => tx.updateTable('tickets').set({ state: 'acknowledged', holder: 'ann' }).execute())
  expect(await work(answer)).toMatchObject({ worked: 1, unanswered: [] })
  expect((await night.ticket()).next_step).toMatchObject({ at: null, holder: 'ann' })
})

it('after an outage all are overdue at once, the worst first, then the longest waiting', async () => {
  await night.at(0).publish('detector', { signal: 'water_leak' })
  await night.at(0.1).publish('stray', { signal: 'fall' })
  await night.at(0.2).publish('pendant', sos)
  await night.at(0.3).publish('ghost', sos)
  await work(300)
  expect(await unanswered()).toEqual(['t-u3-0', 't-u4-0', 't-u2-0', 't-u1-0'])
})

it('one turn is bounded and the worst are in the first', async () => {
  for (let i = 0; i < timersPerTurn; i++) await night.at(0).publish(`leak-${i}`, { signal: 'water_leak' })
  await night.at(0.5).publish('watch', sos)
  const turn = await work(300)
  expect(turn.worked).toBe(timersPerTurn)
  expect(turn.unanswered[0]?.ticket.kind).toBe('sos')
  expect((await work(300)).worked).toBe(1)
  expect((await work(300)).worked).toBe(0)
})

it('hours without an answer are an alarm every time, but a trail that somebody can read', async () => {
  await night.at(0).publish('watch', sos)
  await night.at(180).publish('pendant', sos)
  expect((await unanswered()).length).toBe(180 / answer)
  const [waiting] = await night.tickets()
  const lines = story(waiting!).slice(1)
  expect(lines.slice(0, 10)).toEqual(Array(10).fill('unanswered: answer_timer'))
  expect(lines.length).toBeLessThan(60)
  expect(waiting!.timeline[10]?.at).toBe(iso(10 * answer))
})

it('a ticket that is opened again waits anew', async () => {
  await night.at(0).publish('watch', sos)
  await night.at(0.5).does('ann', 'close', { outcome: 'assistance' })
  await night.at(10).does('ann', 'reopen', { reason: 'she called again' })
  expect((await work(10 + answer - 0.001)).worked).toBe(0)
  expect((await work(10 + answer)).unanswered).toHaveLength(1)
})
