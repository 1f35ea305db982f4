import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Target } from '../../domain/dispatch.ts'
import { partitionOf } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { Lane } from '../../journal/journal.ts'
import { channels } from '../../store/dispatch.ts'
import { createPlan } from '../../store/plans.ts'
import { type AuditedHouse, openAuditedHouse } from '../../test/audited_house.ts'
import { onBothEngines } from '../../test/engines.ts'
import { recordOf, story } from '../../test/timeline.ts'
import { type FindingCode, findingCodes } from './finding.ts'

/** Each promise is broken by hand: what is found is that, and nothing else. Times are seconds; the auditor looks every ten. */

/** The first record of the journal opens it. */
const sosId = 't-u1-0'

const grace = limits.auditGraceMs / 1_000
const unsent = limits.auditUnsentMs / 1_000
const bulkStill = limits.auditBulkStillMs / 1_000

onBothEngines((engine) => {
  let house: AuditedHouse
  beforeEach(async () => {
    house = await openAuditedHouse({ store: await engine.open() })
  })
  afterEach(async () => {
    const told = await house.found()
    tried.add(told[0] ?? 'none')
    await house.close()
  })
  const tried = new Set<string>()

  const press = () => house.night.at(house.minutes()).publish('watch', { signal: 'sos' })
  const acts = (action: 'acknowledge' | 'note', details = {}) =>
    house.night.at(house.minutes()).does('ann', action, details)
  const ticket = async (): Promise<Ticket> => (await house.night.tickets()).find(({ kind }) => kind === 'sos')!
  const remove = (what: string) =>
    house.night.store.write((tx) => tx.deleteFrom('timers').where('what', '=', what).execute())
  const events = async (type: string) =>
    (await house.night.events()).filter((event) => event.type === type && event.ticket_id === sosId).length
  /** A plan that turns to a robot at once and again after an hour. */
  const plan = () =>
    house.night.store.write(async (tx) => {
      const robot = { kind: 'sms', language: 'en', detail: 'full', settings: {} } as const
      await channels.create(tx, { id: 'robot', name: 'Robot', area: 'hill', ...robot })
      const tell = [Target.parse({ to: 'channel', channel: 'robot' })]
      const steps = [0, 3_600].map((after_s) => ({ after_s, tell }))
      await createPlan(tx, { id: 'p', name: 'Plan', kinds: ['sos'], area_above: false, steps })
    })
  /** Nothing is found for `seconds`, and then this, alone. */
  async function foundAfter(seconds: number, code: FindingCode): Promise<Ticket> {
    await house.pass(seconds)
    expect(await house.found()).toEqual([])
    await house.pass(10)
    expect(await house.found()).toEqual([code])
    const [found] = await house.systemTickets()
    expect(found).toMatchObject({ kind: 'system', severity: findingCodes[code].severity, state: 'open', home: null })
    return found!
  }
  /** When all is in order again the ticket says so, once, and nothing else is found. */
  async function recovers(code: FindingCode, seconds = 60): Promise<void> {
    await house.pass(seconds)
    expect(await house.found()).toEqual([code])
    const [found] = await house.systemTickets()
    expect(story(found!).filter((line) => line.startsWith('recovered'))).toEqual([`recovered: ${code}`])
    expect(found!.next_step?.at).toBeTruthy()
  }

  it('no_next_step: it is mended, and the alarm comes', async () => {
    await press()
    await remove('answer')
    const found = await foundAfter(0, 'no_next_step')
    expect(story(found)[1]).toBe('found: no_next_step: #1')
    expect(story(await ticket())).toContain('mended: no_next_step')
    await house.pass(10)
    expect(await events('ticket.unanswered')).toBe(1)
    await recovers('no_next_step')
  })

  it('no_next_step with a plan: both of its timers are given back at once', async () => {
    await plan()
    await press()
    await house.pass(10)
    await house.night.store.write((tx) => tx.deleteFrom('timers').execute())
    await foundAfter(0, 'no_next_step')
    expect(story(await ticket())).toEqual(expect.arrayContaining(['mended: no_next_step', 'mended: step_missing']))
    await recovers('no_next_step')
    expect(await events('ticket.escalated')).toBe(2)
  })

  it('step_missing: the step is taken at once', async () => {
    await plan()
    await press()
    await house.pass(10)
    expect(await events('ticket.escalated')).toBe(1)
    await remove('escalate')
    await foundAfter(0, 'step_missing')
    expect(await events('ticket.escalated')).toBe(1)
    await recovers('step_missing')
    expect(await events('ticket.escalated')).toBe(2)
    expect(story(await ticket())).toContain('mended: step_missing')
  })

  it('lease_missing: whoever holds the ticket keeps it for as long as it was granted, and no longer', async () => {
    await press()
    const { lease_until } = await acts('acknowledge')
    await house.pass(60)
    await remove('lease')
    await foundAfter(0, 'lease_missing')
    await recovers('lease_missing')
    expect(await ticket()).toMatchObject({ holder: 'ann', lease_until })
    await house.pass(limits.leaseMs.critical / 1_000)
    expect(await ticket()).toMatchObject({ holder: null, state: 'open' })
    expect(await house.found()).toEqual(['lease_missing'])
  })

  it('timer_overdue: after the grace only, and no second timer mends it', async () => {
    await press()
    house.stopped.add('timers')
    const found = await foundAfter(limits.answerWithinMs / 1_000 + grace, 'timer_overdue')
    expect(story(found)[1]).toBe('found: timer_overdue: #1')
    expect(story(await ticket())).not.toContain('mended: timer_overdue')
    house.stopped.clear()
    await recovers('timer_overdue')
  })

  it('notice_not_sent: a notice that waits for longer than two minutes, by its channel', async () => {
    await plan()
    house.stopped.add('notices')
    await press()
    // The first step is taken with the first turn.
    const found = await foundAfter(unsent, 'notice_not_sent')
    expect(story(found)[1]).toMatch(/^found: notice_not_sent: robot: 1 waiting, the oldest for 1\d\d s$/)
    house.stopped.clear()
    await recovers('notice_not_sent')
  })

  it('notice_not_sent: many channels are one ticket, one line and a bounded one', async () => {
    house.stopped.add('notices')
    const at = house.night.clock.now()
    await house.night.store.write(async (tx) => {
      for (let n = 0; n < 30; n++)
        await tx
          .insertInto('outbox')
          .values(waitingAt(`robot-${n}`, at))
          .execute()
    })
    const found = await foundAfter(unsent, 'notice_not_sent')
    expect(story(found)).toHaveLength(2)
    expect(story(found)[1]).toMatch(/and 20 more$/)
  })

  it('outbox_stuck: receipts that nobody takes', async () => {
    house.stopped.add('receipts')
    await press()
    await acts('acknowledge')
    const found = await foundAfter(unsent, 'outbox_stuck')
    expect(story(found)[1]).toMatch(/receipt: 1 waiting/)
    house.stopped.clear()
    await recovers('outbox_stuck')
  })

  it('worker_silent: a worker without a beat', async () => {
    house.stopped.add('beats')
    const found = await foundAfter(grace, 'worker_silent')
    expect(story(found)[1]).toBe('found: worker_silent: timers: not heard of for 40 s; notices: not heard of for 40 s')
    house.stopped.clear()
    await recovers('worker_silent')
  })

  it('worker_silent: also of one that was never heard of', async () => {
    house.stopped.add('beats')
    await house.night.store.write((tx) => tx.deleteFrom('beats').execute())
    await house.restart()
    await foundAfter(grace, 'worker_silent')
  })

  it.each([
    ['ahead of', 60_000],
    ['behind', -60_000],
  ])('clock_apart: a worker that lives and is %s the auditor', async (words, ms) => {
    house.skew.set('timers', ms)
    const found = await foundAfter(0, 'clock_apart')
    expect(story(found)[1]).toBe(`found: clock_apart: timers is 60 s ${words} the auditor`)
    await house.pass(60)
    expect(await house.found()).toEqual(['clock_apart'])
    house.skew.clear()
    await recovers('clock_apart')
  })

  it('clock_apart: not by what two machines may differ', async () => {
    for (const ms of [grace * 1_000, -grace * 1_000]) {
      house.skew.set('timers', ms)
      await house.pass(60)
    }
    expect(await house.found()).toEqual([])
  })

  describe('consumer_stalled', () => {
    const append = (lane: Lane) =>
      house.journal.append(lane, { ...recordOf('watch', { battery: 81 }, 0, 0, lane), partition: partitionOf('watch') })

    it.each([
      ['alerts', 'urgent', grace],
      ['alerts', 'bulk', bulkStill],
      ['ingest', 'urgent', grace],
      ['ingest', 'bulk', bulkStill],
    ] as const)('%s stands still in the %s lane while records wait', async (consumer, lane, still) => {
      house.stopped.add(consumer)
      await append(lane)
      const found = await foundAfter(still, 'consumer_stalled')
      expect(story(found)[1]).toBe(`found: consumer_stalled: ${consumer} stands at 0 of 1 in the ${lane} lane`)
      house.stopped.clear()
      await recovers('consumer_stalled')
    })

    it('not where it comes on, however far behind it is', async () => {
      for (let n = 0; n < 10; n++) {
        house.stopped.clear()
        await append('urgent')
        await house.pass(10)
        house.stopped.add('alerts')
        await append('urgent')
        await house.pass(20)
      }
      expect(await house.found()).toEqual([])
    })
  })

  it('every code was found', () => {
    expect([...tried].filter((code) => code !== 'none').sort()).toEqual(Object.keys(findingCodes).sort())
  })
})

const waitingAt = (target: string, at: number) => ({
  stable_id: target,
  channel: 'notice' as const,
  target,
  body: 'null',
  created_at: at,
  sent_at: null,
  ticket: null,
  recipient: null,
  urgency: 0,
  next_at: at,
})
