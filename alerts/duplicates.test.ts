import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { day, iso, noon, startTimeline, story, type TimelineOptions } from '../test/timeline.ts'

const sos = { signal: 'sos' }
const fall = { signal: 'fall' }
const stale = limits.signalStaleMs / 60_000

onBothEngines((engine) => {
  const open = async (options: TimelineOptions = {}) => startTimeline({ ...options, store: await engine.open() })

  describe('the very same signal again', () => {
    const press = { ...sos, at: iso(0) }

    it('counts as a repeat on its evidence; only the first repeat is told, every one gets its receipt', async () => {
      const night = await open()
      for (const minute of [0, 1, 2, 3]) await night.at(minute / 100).publish('watch', press)
      const ticket = await night.ticket()
      expect(ticket.evidence).toMatchObject([{ repeats: 3 }])
      expect(story(ticket)).toEqual(['opened: no_ticket_within_gap', 'repeated: exact_duplicate'])
      expect((await night.events()).map(({ type }) => type)).toEqual(['ticket.opened', 'ticket.updated'])
      expect((await night.receipts()).map(({ receipt }) => receipt.ticket)).toEqual(Array(4).fill(ticket.id))
    })

    it('after closing, as a QoS 1 redelivery, opens nothing and changes nothing but the count', async () => {
      const night = await open()
      await night.at(0).publish('watch', press)
      await night.at(1).does('ann', 'close', { outcome: 'assistance' })
      await night.at(2).publish('watch', press)
      expect(await night.ticket()).toMatchObject({ state: 'closed', next_step: null, evidence: [{ repeats: 1 }] })
      expect(await night.receipts()).toHaveLength(2)
    })

    it('is proof enough only while it is young: later, after closing, it may be a new press by a clock that stands still', async () => {
      const night = await open()
      await night.at(0).publish('watch', press)
      await night.at(1).does('ann', 'close', { outcome: 'assistance' })
      await night.at(stale).publish('watch', press)
      await night.at(stale + 1).publish('watch', press)
      const [closed, fresh] = await night.tickets()
      expect(closed).toMatchObject({ state: 'closed', evidence: [{ repeats: 1 }] })
      expect(fresh).toMatchObject({ state: 'open', unverified: true, unverified_reasons: ['stale'] })
      expect(story(fresh!)).toEqual(['opened: duplicate_of_closed'])
    })

    it('later attaches to the ticket that it opened, as long as that is worked on', async () => {
      const night = await open()
      await night.at(0).publish('watch', press)
      await night.at(day - 1).does('ann', 'acknowledge')
      await night.at(day).publish('watch', press, { retained: true })
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ state: 'acknowledged', unverified: false, evidence: [{ repeats: 1 }] })
      expect(story(ticket).at(-1)).toBe('repeated: stale_duplicate')
    })

    it('later opens a resolved ticket again, for it may be a new press', async () => {
      const night = await open()
      await night.at(0).publish('watch', press)
      await night.at(1).does('ann', 'acknowledge')
      await night.at(2).does('ann', 'resolve')
      await night.at(60).publish('watch', press)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ state: 'open', evidence: [{ doubts: [] }, { doubts: ['stale'] }] })
      expect(story(ticket).at(-1)).toBe('reopened: signal_after_resolved')
    })

    it.each([
      ['ahead', iso(2 * day)],
      ['never set', 0],
      ['behind', iso(-day)],
    ])('from a clock that stands still, %s, is heard again after every closing', async (_, at) => {
      const night = await open()
      for (const hour of [0, 60, 120]) {
        await night.at(hour).publish('watch', { ...sos, at })
        const tickets = await night.tickets()
        expect(tickets).toHaveLength(hour / 60 + 1)
        if (hour > 0) expect(tickets.at(-1)).toMatchObject({ unverified: true, unverified_reasons: ['stale'] })
        await night.at(hour + 1).does('ann', 'close', { outcome: 'assistance' })
      }
    })

    it('that was old already when it first came is no proof at any time: after closing it is heard again', async () => {
      const night = await open()
      await night.at(0).publish('watch', { ...sos, at: iso(-day) })
      await night.at(1).does('ann', 'close', { outcome: 'assistance' })
      await night.at(2).publish('watch', { ...sos, at: iso(-day) })
      expect(await night.tickets()).toMatchObject([{ state: 'closed' }, { state: 'open', unverified: true }])
    })

    it('still is heard when a clock that stands still ahead of time is overtaken by it', async () => {
      const night = await open()
      await night.at(0).publish('watch', { ...sos, at: iso(day) })
      await night.at(1).does('ann', 'close', { outcome: 'assistance' })
      await night.at(day).publish('watch', { ...sos, at: iso(day) })
      expect(await night.tickets()).toMatchObject([{ state: 'closed' }, { state: 'open' }])
    })

    it('from another device, or another signal with the same time, is no repeat', async () => {
      const night = await open()
      await night.at(0).publish('watch', press)
      await night.at(0).publish('radar', press)
      await night.at(0).publish('watch', { ...fall, at: iso(0) })
      expect((await night.ticket()).evidence.map(({ repeats }) => repeats)).toEqual([0, 0, 0])
    })

    it('without the doubt that the first had about the claim itself is no repeat: a test does not hide a press', async () => {
      const night = await open()
      await night.at(0).publish('watch', { ...press, test: true })
      await night.at(1).does('ann', 'close', { outcome: 'test' })
      await night.at(2).publish('watch', press)
      expect(await night.tickets()).toMatchObject([{ state: 'closed' }, { state: 'open', unverified: false }])
    })

    it('published by the device itself is not hidden by a foreign one that came before', async () => {
      const night = await open()
      await night.at(0).publish('watch', press, { principal: 'pendant', refused: 'topic_foreign' })
      await night.at(1).does('ann', 'close', { outcome: 'false_alarm' })
      await night.at(2).publish('watch', press)
      await night.at(3).publish('watch', press, { principal: 'pendant', refused: 'topic_foreign' })
      expect(await night.tickets()).toMatchObject([
        { state: 'closed', evidence: [{ repeats: 0 }] },
        { state: 'open', unverified: false, evidence: [{ repeats: 1 }] },
      ])
    })

    it('clears the doubts about the first copy when it has none itself, but not on a closed ticket', async () => {
      const night = await open()
      const broken = { confidence: 'high' }
      await night.at(0).publish('watch', { ...press, ...broken })
      expect(await night.ticket()).toMatchObject({ unverified: true })
      await night.at(1).publish('watch', press)
      expect(await night.ticket()).toMatchObject({ unverified: false, evidence: [{ repeats: 1, doubts: [] }] })
      await night.at(2).publish('pendant', { ...sos, at: iso(2), ...broken })
      await night.at(3).does('ann', 'close', { outcome: 'assistance' })
      await night.at(4).publish('pendant', { ...sos, at: iso(2) })
      expect((await night.tickets())[1]).toMatchObject({ unverified: true, evidence: [{ repeats: 1 }] })
    })

    it('as the very same journal record is passed over wholly', async () => {
      const night = await open()
      const record = await night.at(0).publish('watch', sos)
      const [before, events] = [await night.ticket(), await night.events()]
      await night.at(0.5).redeliver(record)
      expect(await night.ticket()).toEqual(before)
      expect(await night.events()).toEqual(events)
      expect(await night.receipts()).toHaveLength(1)
    })
  })

  describe('a replay from the dead letters', () => {
    it('of a message whose signal was ticketed counts as a repeat, even after closing and without a time', async () => {
      const night = await open()
      await night.at(0).publish('watch', { ...sos, position: 'by the stairs' })
      await night.at(1).does('ann', 'close', { outcome: 'assistance' })
      await night.at(3 * day).publish('watch', sos, { replayOf: 'urgent-1', receivedAt: noon })
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ state: 'closed', evidence: [{ repeats: 1 }] })
      expect(story(ticket).at(-1)).toBe('repeated: replay_of_ticketed')
    })

    it('that shows another signal, or another device, than was ticketed counts as new', async () => {
      const night = await open()
      await night.at(0).publish('watch', sos)
      await night.at(0.5).does('ann', 'close', { outcome: 'assistance' })
      await night.at(1).publish('watch', fall, { replayOf: 'urgent-1', receivedAt: noon })
      await night.at(2).publish('pendant', sos, { replayOf: 'urgent-1', receivedAt: noon })
      expect(await night.tickets()).toMatchObject([{ kind: 'sos' }, { kind: 'fall' }, { device: 'pendant' }])
    })

    it('of a message that nobody could read opens a ticket now, by the time at which it was received', async () => {
      const night = await open()
      await night.at(3 * day).publish('watch', sos, { replayOf: 'urgent-1', receivedAt: noon })
      expect(await night.ticket()).toMatchObject({
        opened_at: iso(3 * day),
        unverified_reasons: ['replayed'],
        evidence: [{ at: iso(0), received_at: iso(0) }],
        late: true,
        severity: 'low',
        next_step: { what: 'answer', at: iso(4 * day) },
      })
    })
  })
})
