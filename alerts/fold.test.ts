import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { countedSignals, iso, startTimeline, story, type TimelineOptions, time } from '../test/timeline.ts'
import { openFold } from './fold.ts'
import { currentRules, judge } from './judge.ts'

const sos = { signal: 'sos' }
const fall = { signal: 'fall' }
/** Minutes on either side within which alerts belong together. */
const gap = limits.episodeGapMs / 60_000

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
          received: iso(1),
          shown: null,
          answered: null,
          contact_made: null,
          dispatched: null,
          on_scene: null,
          resolved: null,
          closed: null,
        },
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

  describe('a record that was folded before', () => {
    it('is passed over by its number, whatever the position says', async () => {
      const night = await open()
      const record = await night.at(0).publish('watch', [sos, fall])
      const before = await night.ticket()
      const judgement = await judge(record, currentRules)
      const again = await night.store.write(async (tx) => {
        const fold = openFold(tx, time(1), currentRules)
        await fold.record(judgement)
        return fold.finish()
      })
      expect(again).toEqual([])
      expect(await night.ticket()).toEqual(before)
      expect(await night.events()).toHaveLength(1)
    })
  })

  describe('a limit on evidence, none on signals', () => {
    it('counts what is beyond the limit on the last evidence like it, and still widens the episode', async () => {
      const night = await open()
      const most = limits.evidencePerTicket
      const presses = Array.from({ length: most + 50 }, (_, i) => ({ ...sos, at: time(0) + i }))
      while (presses.length > 0) await night.at(1).publish('watch', presses.splice(0, limits.signalsPerMessage))
      const ticket = await night.ticket()
      expect(ticket.evidence).toHaveLength(most)
      expect(ticket.evidence.at(-1)?.repeats).toBe(50)
      expect(countedSignals(ticket)).toBe(most + 50)
      await night.at(gap).publish('watch', { ...sos, at: iso(gap) })
      await night.at(gap * 2).publish('watch', { ...sos, at: iso(gap * 2) })
      expect(countedSignals(await night.ticket())).toBe(most + 52)
    })

    it('keeps the first of another device or signal even then, with its severity', async () => {
      const night = await open()
      const leaks = Array.from({ length: limits.evidencePerTicket + 1 }, (_, i) => ({
        signal: 'water_leak',
        at: time(0) + i,
      }))
      while (leaks.length > 0) await night.at(1).publish('detector', leaks.splice(0, limits.signalsPerMessage))
      await night.at(2).publish('watch', sos)
      const ticket = await night.ticket()
      expect(ticket).toMatchObject({ kind: 'sos', severity: 'critical' })
      expect(ticket.evidence.at(-1)).toMatchObject({ device: 'watch', signal: 'sos' })
      expect(countedSignals(ticket)).toBe(limits.evidencePerTicket + 2)
    })
  })
})
