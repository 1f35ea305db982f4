import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type Doubt, signals } from '../domain/signals.ts'
import { onBothEngines } from '../test/engines.ts'
import { countedSignals, day, iso, noon, startTimeline, story, type TimelineOptions, time } from '../test/timeline.ts'
import { foldRecord } from './fold.ts'
import { currentRules, judge } from './judge.ts'

const sos = { signal: 'sos' }
const fall = { signal: 'fall' }
/** Minutes on either side within which alerts belong together. */
const gap = limits.episodeGapMs / 60_000
const stale = limits.signalStaleMs / 60_000

onBothEngines((engine) => {
  const open = async (options: TimelineOptions = {}) => startTimeline({ ...options, store: await engine.open() })

  describe('one signal', () => {
    it('opens one verified ticket with its evidence, its reason and a living next step', async () => {
      const night = await open()
      const position = { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' }
      await night.at(1).publish('watch', { signal: 'sos', at: iso(1), confidence: 0.9, position })
      expect(await night.ticket()).toEqual({
        id: 't-u1-0',
        number: 1,
        state: 'open',
        kind: 'sos',
        severity: 'critical',
        home: 'elm',
        area: 'hill',
        device: 'watch',
        opened_at: iso(1),
        updated_at: iso(1),
        acknowledged_at: null,
        closed_at: null,
        unverified: false,
        unverified_reasons: [],
        outcome: null,
        holder: null,
        shared_with: [],
        evidence: [
          {
            device: 'watch',
            signal: 'sos',
            at: iso(1),
            device_at: iso(1),
            received_at: iso(1),
            skew_ms: null,
            topic: 'vigil/v1/watch/signals',
            reason: 'sos_pressed',
            doubts: [],
            repeats: 0,
            position,
            confidence: 0.9,
          },
        ],
        next_step: { what: 'answer', at: iso(1 + limits.answerWithinMs / 60_000), holder: null },
        timeline: [{ at: iso(1), who: 'vigil', what: 'opened', reason: 'no_ticket_within_gap' }],
      })
    })

    it('is told to the consoles and to the device that sent it', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos)
      const ticket = await night.ticket()
      expect(await night.events()).toEqual([
        {
          seq: 1,
          type: 'ticket.opened',
          at: time(1),
          ticket_id: 't-u1-0',
          area_path: '/city/hill/',
          shared_with: [],
          body: ticket,
        },
      ])
      const receipt = { result: 'accepted', at: iso(1), topic: 'vigil/v1/watch/signals', ticket: 't-u1-0', number: 1 }
      expect(await night.receipts()).toEqual([{ to: 'watch', receipt }])
    })

    it.each([
      ['fall', 'high', 'fall_reported'],
      ['smoke', 'critical', 'hazard_reported'],
      ['water_leak', 'medium', 'hazard_reported'],
    ])('of %s opens a ticket of severity %s with the reason %s', async (signal, severity, reason) => {
      const night = await open()
      await night.at(1).publish('detector', { signal })
      expect(await night.ticket()).toMatchObject({ kind: signal, severity, evidence: [{ signal, reason }] })
    })

    it('two in one message make one ticket, one event and one receipt', async () => {
      const night = await open()
      await night.at(1).publish('watch', [fall, sos])
      expect(await night.ticket()).toMatchObject({ id: 't-u1-0', evidence: [{ signal: 'fall' }, { signal: 'sos' }] })
      expect(await night.events()).toMatchObject([{ type: 'ticket.opened' }])
      expect(await night.receipts()).toHaveLength(1)
    })

    it('beside one that is in doubt is accepted as verified', async () => {
      const night = await open()
      await night.at(1).publish('watch', [{ ...fall, confidence: 0.1 }, sos])
      expect((await night.receipts())[0]?.receipt).not.toHaveProperty('unverified')
    })

    it('two of different times in one message make two tickets with an id each', async () => {
      const night = await open()
      await night.at(200).publish('watch', [
        { ...sos, at: iso(100) },
        { ...sos, at: iso(200) },
      ])
      expect((await night.tickets()).map(({ id, number }) => [id, number])).toEqual([
        ['t-u1-0', 1],
        ['t-u1-1', 2],
      ])
      expect(await night.receipts()).toHaveLength(2)
    })
  })

  describe('one episode, one ticket', () => {
    it('nine presses in a minute are nine pieces of evidence on one ticket', async () => {
      const night = await open()
      for (let press = 0; press < 9; press++)
        await night.at(press / 10).publish('watch', { ...sos, at: iso(press / 10) })
      const ticket = await night.ticket()
      expect(ticket.evidence.map(({ repeats }) => repeats)).toEqual(Array(9).fill(0))
      expect(story(ticket)).toEqual(['opened: no_ticket_within_gap', ...Array(8).fill('evidence_added: same_episode')])
      expect((await night.events()).map(({ type }) => type)).toEqual([
        'ticket.opened',
        ...Array(8).fill('ticket.updated'),
      ])
    })

    it('nine presses without a time are nine pieces of evidence too', async () => {
      const night = await open()
      for (let press = 0; press < 9; press++) await night.at(press / 10).publish('watch', sos)
      expect((await night.ticket()).evidence).toHaveLength(9)
    })

    it('a fall radar and a watch of one home that agree make one ticket, of the graver kind and severity', async () => {
      const night = await open()
      await night.at(1).publish('radar', { ...fall, confidence: 0.8 })
      await night.at(2).publish('watch', sos)
      expect(await night.ticket()).toMatchObject({
        kind: 'sos',
        severity: 'critical',
        device: 'radar',
        evidence: [
          { device: 'radar', reason: 'fall_reported' },
          { device: 'watch', reason: 'sos_pressed' },
        ],
      })
    })

    it('a milder signal neither lowers the severity nor changes the kind', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos)
      await night.at(2).publish('detector', { signal: 'water_leak' })
      expect(await night.ticket()).toMatchObject({ kind: 'sos', severity: 'critical' })
    })

    it('the same at another home is another ticket', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos)
      await night.at(1).publish('pendant', sos)
      expect((await night.tickets()).map(({ home }) => home)).toEqual(['elm', 'oak'])
    })

    it('a pressed button an hour later is a new ticket, though the old one is still open', async () => {
      const night = await open()
      await night.at(0).publish('watch', sos)
      await night.at(60).publish('watch', sos)
      expect(await night.tickets()).toMatchObject([{ state: 'open' }, { state: 'open' }])
    })

    it('presses that follow each other within the gap stay one episode for as long as they go on', async () => {
      const night = await open()
      for (const minute of [0, gap, 2 * gap, 3 * gap]) await night.at(minute).publish('watch', sos)
      await night.at(4 * gap + 0.001).publish('watch', sos)
      expect((await night.tickets()).map(({ evidence }) => evidence.length)).toEqual([4, 1])
    })

    it('what arrives out of order joins by its own time, before the first evidence too', async () => {
      const night = await open()
      await night.at(20).publish('watch', { ...fall, at: iso(20) })
      await night.at(21).publish('radar', { ...fall, at: iso(10) })
      await night.at(39).publish('watch', { ...sos, at: iso(39) })
      expect((await night.ticket()).evidence.map(({ at }) => at)).toEqual([iso(20), iso(10), iso(39)])
    })

    it('a ticket that somebody works on takes new evidence and stays in that hand', async () => {
      const night = await open()
      await night.at(0).publish('watch', sos)
      await night.at(1).does('ann', 'dispatch')
      await night.at(2).publish('radar', fall)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ state: 'dispatched', holder: 'ann', updated_at: iso(2) })
      expect(ticket.evidence).toHaveLength(2)
    })

    it('a signal that comes out of a backlog is dated by its receipt, and dates nothing back', async () => {
      const night = await open()
      await night.at(5).publish('watch', sos, { receivedAt: time(0) })
      expect(await night.ticket()).toMatchObject({ opened_at: iso(0), next_step: { what: 'answer', at: iso(1) } })
      await night.at(6).does('ann', 'acknowledge')
      await night.at(7).publish('radar', fall, { receivedAt: time(2) })
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ updated_at: iso(6) })
      expect(ticket.timeline.at(-1)).toMatchObject({ at: iso(2), what: 'evidence_added' })
    })

    it('a signal after the ticket was resolved opens it again, with a new timer and nobody holding it', async () => {
      const night = await open()
      await night.at(0).publish('watch', sos)
      await night.at(1).does('ann', 'acknowledge')
      await night.at(2).does('ann', 'resolve')
      await night.at(3).publish('watch', sos)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ state: 'open', holder: null, acknowledged_at: iso(1) })
      expect(ticket.next_step).toEqual({ what: 'answer', at: iso(4), holder: null })
      expect(story(ticket).at(-1)).toBe('reopened: signal_after_resolved')
      expect((await night.events()).at(-1)?.type).toBe('ticket.reopened')
    })

    it('a signal after the ticket was closed opens a new one', async () => {
      const night = await open()
      await night.at(0).publish('watch', sos)
      await night.at(1).does('ann', 'close', { outcome: 'false_alarm' })
      await night.at(2).publish('watch', sos)
      expect(await night.tickets()).toMatchObject([
        { state: 'closed', evidence: [{ at: iso(0) }] },
        { state: 'open', evidence: [{ at: iso(2) }] },
      ])
    })
  })

  describe('clocks', () => {
    it('a device clock a day ahead: ticket now, skew noted', async () => {
      const night = await open()
      await night.at(5).publish('watch', { ...sos, at: iso(5 + day) })
      expect(await night.ticket()).toMatchObject({
        opened_at: iso(5),
        unverified: false,
        evidence: [{ at: iso(5), device_at: iso(5 + day), skew_ms: day * 60_000 }],
      })
    })

    it('a device clock a day behind: ticket now, skew noted, unverified because it may be an old signal', async () => {
      const night = await open()
      await night.at(5).publish('watch', { ...sos, at: iso(5 - day) })
      expect(await night.ticket()).toMatchObject({
        opened_at: iso(5),
        unverified: true,
        unverified_reasons: ['stale'],
        evidence: [{ at: iso(5 - day), skew_ms: -day * 60_000 }],
      })
    })

    it('a day-old stored SOS gets its own ticket by its own time, beside the open one', async () => {
      const night = await open()
      await night.at(0).publish('watch', { ...sos, at: iso(0) })
      await night.at(1).publish('watch', { ...sos, at: iso(1 - day) })
      expect((await night.tickets()).map(({ unverified_reasons }) => unverified_reasons)).toEqual([[], ['stale']])
    })

    it('a clock that was never set: ticket now, not unverified', async () => {
      const night = await open()
      await night.at(5).publish('watch', { ...sos, at: 1_000 })
      expect(await night.ticket()).toMatchObject({ unverified: false, evidence: [{ at: iso(5) }] })
    })

    it('two devices whose clocks are days apart make one ticket where the time of receipt counts', async () => {
      const night = await open()
      await night.at(5).publish('watch', { ...sos, at: iso(5 + day) })
      await night.at(6).publish('radar', { ...fall, at: iso(6 + 9 * day) })
      expect((await night.ticket()).evidence).toHaveLength(2)
    })
  })

  describe('doubts', () => {
    const doubted: [Doubt, string, unknown, object][] = [
      ['retained', 'watch', sos, { retained: true }],
      ['stale', 'watch', { ...sos, at: iso(-stale) }, {}],
      ['replayed', 'watch', sos, { replayOf: 'bulk-12' }],
      ['malformed', 'watch', { ...sos, position: 'by the stairs' }, {}],
      ['malformed', 'watch', '{"signal":"sos",', {}],
      ['topic_foreign', 'watch', sos, { principal: 'pendant', refused: 'topic_foreign' }],
      ['payload_too_large', 'watch', sos, { refused: 'payload_too_large' }],
      ['malformed', 'watch', sos, { refused: 'payload_too_deep' }],
      ['device_unknown', 'ghost', sos, {}],
      ['no_home', 'stray', sos, {}],
      ['low_confidence', 'radar', { ...fall, confidence: 0.2 }, {}],
      ['test', 'watch', { ...sos, test: true }, {}],
    ]

    it.each(doubted)(
      '%s: %s publishing %j with %j opens an unverified ticket',
      async (doubt, device, payload, envelope) => {
        const night = await open()
        await night.at(1).publish(device, payload, envelope)
        const ticket = await night.ticket()
        expect(ticket).toMatchObject({ state: 'open', unverified: true, unverified_reasons: [doubt] })
        expect(ticket.evidence).toMatchObject([{ doubts: [doubt] }])
        expect((await night.receipts())[0]?.receipt.unverified).toEqual([doubt])
      },
    )

    it('a broken detector: the signal opens a ticket all the same', async () => {
      const night = await open({
        rules: {
          detect: () => {
            throw new Error('a detector that breaks')
          },
        },
      })
      await night.at(1).publish('watch', { signal: 'smoke' })
      expect(await night.ticket()).toMatchObject({
        kind: 'smoke',
        severity: signals.smoke.severity,
        home: 'elm',
        unverified_reasons: ['internal_error'],
        evidence: [{ reason: 'internal_error' }],
      })
    })

    it('a detector that gives nonsense: the signal opens a ticket all the same', async () => {
      const night = await open({ rules: { detect: () => JSON.parse('{"reason":"half_an_alert"}') } })
      await night.at(1).publish('watch', sos)
      expect(await night.ticket()).toMatchObject({ kind: 'sos', unverified_reasons: ['internal_error'] })
    })

    it('a broken episode rule: every signal opens a ticket of its own', async () => {
      const night = await open({
        rules: {
          decide: () => {
            throw new Error('a rule that breaks')
          },
        },
      })
      await night.at(1).publish('watch', [sos, fall])
      const tickets = await night.tickets()
      expect(tickets.map(({ kind }) => kind)).toEqual(['sos', 'fall'])
      for (const ticket of tickets) {
        expect(ticket.unverified_reasons).toEqual(['internal_error'])
        expect(story(ticket)).toEqual(['opened: internal_error'])
      }
    })

    it('one signal without a doubt makes the ticket verified; each evidence keeps its own doubts', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos, { retained: true })
      await night.at(2).publish('radar', { ...fall, confidence: 0.1 })
      expect(await night.ticket()).toMatchObject({
        unverified: true,
        unverified_reasons: ['retained', 'low_confidence'],
      })
      await night.at(3).publish('radar', fall)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ unverified: false, unverified_reasons: [] })
      expect(ticket.evidence.map(({ doubts }) => doubts)).toEqual([['retained'], ['low_confidence'], []])
      await night.at(4).publish('radar', { ...fall, confidence: 0.1 })
      expect(await night.ticket()).toMatchObject({ unverified: false })
    })
  })

  describe('whose signal it is', () => {
    it('a foreign topic: the ticket is of the home that the topic names, the receipt goes to the sender', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos, { principal: 'pendant', refused: 'topic_foreign' })
      expect(await night.ticket()).toMatchObject({ home: 'elm', device: 'watch' })
      expect((await night.receipts()).map(({ to }) => to)).toEqual(['pendant'])
    })

    it('what an administrator publishes for a device is answered to that device', async () => {
      const night = await open()
      await night.at(1).publish('watch', sos, { principal: undefined })
      expect((await night.receipts()).map(({ to }) => to)).toEqual(['watch'])
    })

    it('a device without a home has episodes of its own', async () => {
      const night = await open()
      await night.at(1).publish('stray', sos)
      await night.at(2).publish('ghost', sos)
      await night.at(3).publish('stray', fall)
      expect(await night.tickets()).toMatchObject([
        { home: null, area: null, device: 'stray', evidence: [{}, {}] },
        { home: null, area: null, device: 'ghost', evidence: [{}] },
      ])
    })

    it('where nobody is named the topic stands in, a ticket for each topic', async () => {
      const night = await open()
      const nameless = { principal: undefined, device: undefined, refused: 'topic_unknown' }
      await night.at(1).publish('', sos, { ...nameless, topic: 'attic/signal' })
      await night.at(2).publish('', sos, { ...nameless, topic: 'cellar/signal' })
      expect(await night.tickets()).toMatchObject([{ device: 'topic attic/signal' }, { device: 'topic cellar/signal' }])
      expect(await night.receipts()).toEqual([])
    })

    it('text that a database would refuse opens a ticket all the same', async () => {
      const night = await open()
      const topic = 'attic\0/\ud800/signal'
      await night.at(1).publish('', sos, { topic, principal: undefined, device: 'a\0\ud800', refused: 'topic_unknown' })
      expect(await night.ticket()).toMatchObject({ device: 'a\ufffd\ufffd', evidence: [{ doubts: expect.any(Array) }] })
    })
  })

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
      await night.at(1).does('ann', 'acknowledge')
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
      await night.at(0).publish('watch', press, { retained: true })
      expect(await night.ticket()).toMatchObject({ unverified: true })
      await night.at(1).publish('watch', press)
      expect(await night.ticket()).toMatchObject({ unverified: false, evidence: [{ repeats: 1, doubts: [] }] })
      await night.at(2).publish('pendant', { ...sos, at: iso(2) }, { retained: true })
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

  describe('a record that was folded before', () => {
    it('is passed over by its number, whatever the position says', async () => {
      const night = await open()
      const record = await night.at(0).publish('watch', [sos, fall])
      const before = await night.ticket()
      const judgement = judge(record, currentRules)
      const again = await night.store.write((tx) => foldRecord(tx, judgement, time(1), currentRules))
      expect(again).toEqual([])
      expect(await night.ticket()).toEqual(before)
      expect(await night.events()).toHaveLength(1)
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
        next_step: { what: 'answer', at: iso(3 * day + 1) },
      })
    })
  })

  describe('a limit on evidence, none on signals', () => {
    it('counts what is beyond the limit on the last evidence like it, and still widens the episode', async () => {
      const night = await open()
      const most = limits.evidencePerTicket
      const presses = Array.from({ length: most + 50 }, (_, i) => ({ ...sos, at: time(0) + i }))
      await night.at(1).publish('watch', presses)
      const ticket = await night.ticket()
      expect(ticket.evidence).toHaveLength(most)
      expect(ticket.evidence.at(-1)?.repeats).toBe(50)
      expect(countedSignals(ticket)).toBe(presses.length)
      await night.at(gap).publish('watch', { ...sos, at: iso(gap) })
      await night.at(gap * 2).publish('watch', { ...sos, at: iso(gap * 2) })
      expect(countedSignals(await night.ticket())).toBe(presses.length + 2)
    })

    it('keeps the first of another device or signal even then, with its severity', async () => {
      const night = await open()
      const leaks = Array.from({ length: limits.evidencePerTicket + 1 }, (_, i) => ({
        signal: 'water_leak',
        at: time(0) + i,
      }))
      await night.at(1).publish('detector', leaks)
      await night.at(2).publish('watch', sos)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ kind: 'sos', severity: 'critical' })
      expect(ticket.evidence.at(-1)).toMatchObject({ device: 'watch', signal: 'sos' })
      expect(countedSignals(ticket)).toBe(leaks.length + 1)
    })
  })
})
