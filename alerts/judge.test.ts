import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type Doubt, signals } from '../domain/signals.ts'
import { onBothEngines } from '../test/engines.ts'
import { day, iso, startTimeline, story, type TimelineOptions } from '../test/timeline.ts'

const sos = { signal: 'sos' }
const fall = { signal: 'fall' }
const stale = limits.signalStaleMs / 60_000

onBothEngines((engine) => {
  const open = async (options: TimelineOptions = {}) => startTimeline({ ...options, store: await engine.open() })

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
})
