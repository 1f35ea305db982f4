import { afterEach, describe, expect, it } from 'vitest'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type Clear, nothingDecoded, type Signal } from '../domain/message.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { day, type Envelope, iso, recordOf, startTimeline, story, type Timeline, time } from '../test/timeline.ts'
import { foldBatch } from './batch.ts'
import { currentRules } from './judge.ts'

/** Signals as the codecs of other makers give them: keys, states, memories, drills, plain buttons. */
type Said = {
  signals?: (Partial<Signal> & Pick<Signal, 'signal'>)[]
  clears?: (Partial<Clear> & Pick<Clear, 'signal'>)[]
}

const decode = (record: StoredRecord) => {
  const said = JSON.parse(Buffer.from(record.payload).toString()) as Said
  return {
    ...nothingDecoded(record.device),
    signals: (said.signals ?? []).map((one): Signal => ({ at: undefined, ...one })),
    clears: (said.clears ?? []).map((one): Clear => ({ at: undefined, ...one })),
  }
}

let night: Timeline
const open = async () => {
  night = await startTimeline({ rules: { decode } })
}
afterEach(() => night.close())

const says = (minutes: number, signal: Partial<Signal>, envelope: Envelope = {}, device = 'watch') =>
  night.at(minutes).publish(device, { signals: [{ signal: 'sos', ...signal }] }, envelope)
const ends = (minutes: number, signal: Clear['signal'], device = 'watch') =>
  night.at(minutes).publish(device, { clears: [{ signal }] })

describe('a late signal', () => {
  it.each<[string, Partial<Signal>, Envelope]>([
    ['historical', { historical: true }, {}],
    ['test', { test: true }, {}],
    ['learning', { learning: true }, {}],
    ['silent', { silent: true }, {}],
    ['retained', {}, { retained: true }],
    ['replayed', {}, { replayOf: 'bulk-9' }],
  ])(
    'that is %s opens a late ticket of low severity, which is looked at within a day',
    async (doubt, signal, envelope) => {
      await open()
      await says(0, signal, envelope)
      expect(await night.ticket()).toMatchObject({
        late: true,
        severity: 'low',
        unverified_reasons: [doubt],
        next_step: { what: 'answer', at: iso(limits.lateAnswerWithinMs / 60_000) },
      })
    },
  )

  it('is evidence of an open ticket, and changes nothing else of it', async () => {
    await open()
    await says(0, {})
    await says(0.9, { historical: true, at: time(0.5) })
    const ticket = await night.ticket()
    expect(ticket).toMatchObject({ late: false, severity: 'critical', unverified: false })
    expect(ticket.evidence.map(({ doubts }) => doubts)).toEqual([[], ['historical']])
    expect((await night.events()).map(({ type }) => type)).toEqual(['ticket.opened', 'ticket.updated'])
  })

  it('opens no settled ticket again', async () => {
    await open()
    await says(0, {})
    await night.at(1).does('ann', 'acknowledge')
    await night.at(2).does('ann', 'resolve')
    await says(3, { historical: true })
    expect(await night.ticket()).toMatchObject({ state: 'resolved', evidence: [{}, { doubts: ['historical'] }] })
  })

  it('is joined by a fresh one: the ticket is one of now, of that severity, and rings', async () => {
    await open()
    await says(0, { signal: 'fall', learning: true })
    await night.at(0.5).does('ann', 'acknowledge')
    await says(1, {})
    const ticket = await night.ticket()
    expect(ticket).toMatchObject({ late: false, severity: 'critical', kind: 'sos', state: 'open', holder: null })
    expect(ticket.next_step).toMatchObject({ at: iso(2) })
    expect(story(ticket)).toContain('reopened: fresh_after_late')
    expect((await night.events()).at(-1)?.type).toBe('ticket.reopened')
  })

  it.each<Partial<Signal>>([{}, { key: { id: 'press-1', withinMs: 60_000 } }, { signal: 'smoke', level: true }])(
    'that was replayed does not hide the device that says it itself: %j',
    async (signal) => {
      await open()
      await says(0, signal, { replayOf: 'bulk-9', receivedAt: time(-1) })
      await says(0.5, signal)
      expect(await night.ticket()).toMatchObject({ late: false, severity: 'critical', unverified: false })
    },
  )

  it('is none on which a call of now is counted for want of room', async () => {
    await open()
    for (let n = 0; n < limits.staleTickets; n++)
      await says(n / 1000, { historical: true, at: time(-day * 20 + n * 600) })
    await says(1, { at: time(-30) })
    expect((await night.tickets()).filter(({ late }) => !late)).toMatchObject([{ severity: 'critical' }])
  })

  it('sends nobody out unless somebody says so', async () => {
    await open()
    await says(0, { test: true })
    const refused = await night
      .at(1)
      .does('ann', 'dispatch')
      .catch((error) => error)
    expect(refused).toBeInstanceOf(VigilError)
    expect(refused.code).toBe('late_only')
    expect(await night.at(2).does('ann', 'dispatch', { confirm: true })).toMatchObject({ state: 'dispatched' })
  })

  it('rings nobody for a day, then once a day', async () => {
    await open()
    await says(0, { historical: true })
    night.at(day - 1)
    await says(day + 1, {}, {}, 'pendant')
    expect((await night.events()).map(({ type }) => type)).toEqual([
      'ticket.opened',
      'ticket.unanswered',
      'ticket.opened',
    ])
  })
})

describe('the retain flag', () => {
  it('says nothing of age where the device itself says that it happened just now', async () => {
    await open()
    await says(1, { at: time(0.5) }, { retained: true })
    expect(await night.ticket()).toMatchObject({ late: false, severity: 'critical', unverified: false })
  })

  it('makes late what was long ago by the device', async () => {
    await open()
    await says(60, { at: time(1) }, { retained: true })
    expect(await night.ticket()).toMatchObject({ late: true })
  })
})

describe('the key of a claim', () => {
  const key = { id: 'press-7', withinMs: 60_000 }

  it('makes one signal of two messages, on whatever topic, also when its ticket is closed', async () => {
    await open()
    await says(0, { key })
    await says(0.2, { key }, { topic: 'zigbee2mqtt/x/action' })
    expect(await night.ticket()).toMatchObject({ evidence: [{ repeats: 1 }] })
    await night.at(0.3).does('ann', 'close', { outcome: 'test' })
    await says(0.9, { key })
    expect(await night.ticket()).toMatchObject({ state: 'closed', evidence: [{ repeats: 2 }] })
  })

  it('is another signal under another key, after its time, and by another device', async () => {
    await open()
    await says(0, { key })
    await night.at(0.1).does('ann', 'close', { outcome: 'test' })
    await says(0.2, { key: { ...key, id: 'press-8' } })
    await night.at(0.3).does('ann', 'close', { outcome: 'test' })
    await says(2, { key })
    await says(2.1, { key }, {}, 'pendant')
    expect(await night.tickets()).toHaveLength(4)
  })

  it('counts though the device gives both the same instant, and two keys are two though it does', async () => {
    await open()
    await says(0, { key, at: time(0) })
    await night.at(0.1).does('ann', 'close', { outcome: 'test' })
    await says(0.2, { key: { ...key, id: 'other' }, at: time(0) })
    expect(await night.tickets()).toHaveLength(2)
  })

  it('is another signal where the device says that it was at another time: its counter began anew', async () => {
    await open()
    const daily = { id: 'trigger-1', withinMs: day * 60_000 }
    await says(0, { key: daily, at: time(0) })
    await says(0.1, { key: daily, at: time(0) })
    await says(0.2, { key: daily, at: time(0) })
    await night.at(1).does('ann', 'close', { outcome: 'real_emergency' })
    await says(300, { key: daily, at: time(0) })
    await foldBatch({ ...night, rules: { ...currentRules, decode } }, [
      ...[time(0), time(0), time(600)].map((at, i) => ({
        ...recordOf('watch', { signals: [{ signal: 'sos', key: daily, at }] }, time(600), 700 + i),
        lane: 'urgent' as const,
      })),
    ])
    expect((await night.tickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  it('lets a confirmation through: what was suspected is sure now', async () => {
    await open()
    await says(0, { signal: 'fall', confidence: 0.4, key })
    expect(await night.ticket()).toMatchObject({ severity: 'medium', unverified: true })
    await says(0.2, { signal: 'fall', confidence: 1, key })
    expect(await night.ticket()).toMatchObject({ severity: 'high', unverified: false, evidence: [{}, {}] })
  })
})

describe('a state that is told again and again', () => {
  const smoke = { signal: 'smoke', level: true } as const

  it('is one alarm, also when its ticket was closed meanwhile', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await says(1, smoke, {}, 'detector')
    await night.at(2).does('ann', 'close', { outcome: 'real_emergency' })
    await says(60, smoke, {}, 'detector')
    expect(await night.ticket()).toMatchObject({ state: 'closed', evidence: [{ repeats: 2 }] })
  })

  it('is a new one once it was over', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await night.at(1).does('ann', 'close', { outcome: 'false_alarm' })
    await ends(2, 'smoke', 'detector')
    await says(3, smoke, {}, 'detector')
    expect((await night.tickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  it.each(['close', 'resolve'] as const)(
    'of a person is heard anew after %s, where the device never says that it is over',
    async (action) => {
      await open()
      const press = { signal: 'sos', level: true } as const
      await says(0, press)
      await says(1, press)
      expect(await night.ticket()).toMatchObject({ evidence: [{ repeats: 1 }] })
      await night.at(1.5).does('ann', 'acknowledge')
      await night.at(2).does('ann', action, action === 'close' ? { outcome: 'real_emergency' } : {})
      await says(60, press)
      expect((await night.tickets()).at(-1)).toMatchObject({ state: 'open', unverified: false })
    },
  )

  it('of a person is one call, where the device does say when it is over', async () => {
    await open()
    await ends(0, 'sos')
    await says(1, { level: true })
    await night.at(2).does('ann', 'close', { outcome: 'real_emergency' })
    await says(60, { level: true })
    expect(await night.ticket()).toMatchObject({ state: 'closed', evidence: [{ repeats: 1 }] })
    await ends(61, 'sos')
    await says(62, { level: true })
    expect(await night.tickets()).toHaveLength(2)
  })

  it('is a new one once it was over, also in one transaction with the state before', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await says(0.5, smoke, {}, 'detector')
    await night.at(1).does('ann', 'close', { outcome: 'false_alarm' })
    const told = (seq: number, said: Said) => ({
      ...recordOf('detector', said, time(2), seq),
      lane: 'urgent' as const,
    })
    await foldBatch({ ...night, rules: { ...currentRules, decode } }, [
      told(101, { signals: [{ ...smoke, at: undefined }] }),
      told(102, { clears: [{ signal: 'smoke', at: undefined }] }),
      told(103, { signals: [{ ...smoke, at: undefined }] }),
    ])
    expect((await night.tickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  it('is a new one when it was not told for longer than such devices are silent', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await night.at(1).does('ann', 'close', { outcome: 'false_alarm' })
    await says(limits.levelHeldMs / 60_000 + 1, smoke, {}, 'detector')
    expect(await night.tickets()).toHaveLength(2)
  })

  it('that is over is told on its ticket, which stays open', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await ends(1, 'smoke', 'detector')
    const ticket = await night.ticket()
    expect(ticket.state).toBe('open')
    expect(story(ticket)).toContain('device_cleared: smoke')
    expect((await night.events()).map(({ type }) => type)).toContain('ticket.updated')
  })

  it('that comes and goes fills no timeline', async () => {
    await open()
    for (let i = 0; i < 60; i++) {
      await says(i, smoke, {}, 'detector')
      await ends(i + 0.5, 'smoke', 'detector')
    }
    const lines = story(await night.ticket()).filter((line) => line.startsWith('device_cleared'))
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.length).toBeLessThan(40)
  })

  it('is judged per device and signal', async () => {
    await open()
    await says(0, smoke, {}, 'detector')
    await night.at(0.1).does('ann', 'close', { outcome: 'false_alarm' })
    await ends(0.2, 'gas', 'detector')
    await ends(0.2, 'smoke', 'radar')
    await says(0.3, smoke, {}, 'detector')
    expect(await night.tickets()).toHaveLength(1)
    await says(0.4, { ...smoke, signal: 'gas' }, {}, 'detector')
    expect(await night.tickets()).toHaveLength(2)
  })

  it('retained and never told before may be old: late; after it was known to be over it is proven new', async () => {
    await open()
    await says(0, smoke, { retained: true }, 'detector')
    expect(await night.ticket()).toMatchObject({ late: true, unverified_reasons: ['retained'] })
    await ends(1, 'smoke', 'detector')
    await says(2, smoke, { retained: true }, 'detector')
    expect(await night.ticket()).toMatchObject({ late: false, severity: 'critical', unverified: false })
  })

  it('a button whose states are all retained is a call after its release was told, each time', async () => {
    await open()
    await ends(0, 'sos')
    for (const minute of [1, 300]) {
      await says(minute, {}, { retained: true })
      await ends(minute + 1, 'sos')
    }
    expect(await night.tickets()).toMatchObject([
      { late: false, severity: 'critical', unverified: false },
      { late: false, severity: 'critical', unverified: false },
    ])
  })

  it('first retained, then told by itself, is heard as fresh', async () => {
    await open()
    await says(0, smoke, { retained: true }, 'detector')
    await says(1, smoke, {}, 'detector')
    expect(await night.ticket()).toMatchObject({ late: false, severity: 'critical' })
  })

  it('an end that is older than the beginning ends nothing', async () => {
    await open()
    await says(1, { ...smoke, at: time(1) }, {}, 'detector')
    await night.at(1.5).does('ann', 'close', { outcome: 'false_alarm' })
    await night.at(2).publish('detector', { clears: [{ signal: 'smoke', at: time(0) }] })
    await says(3, smoke, {}, 'detector')
    expect(await night.tickets()).toHaveLength(1)
  })
})

describe('an end by another clock than the beginning', () => {
  const smoke = { signal: 'smoke', level: true } as const

  it.each<[string, number | undefined, number | undefined]>([
    ['a beginning by a clock that is ahead, an end without a time', 4, undefined],
    ['a beginning without a time, an end by a clock that is behind', undefined, -2],
  ])('lets the next beginning ring: %s', async (_, began, ended) => {
    await open()
    const at = (minutes: number | undefined) => (minutes === undefined ? undefined : time(minutes))
    await says(0, { ...smoke, at: at(began) }, {}, 'detector')
    await night.at(1).publish('detector', { clears: [{ signal: 'smoke', at: at(ended) }] })
    await night.at(2).does('ann', 'close', { outcome: 'false_alarm' })
    await says(60, { ...smoke, at: at(began === undefined ? undefined : 64) }, {}, 'detector')
    expect((await night.tickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })
})

describe('two devices that nobody registered, of one account', () => {
  it.each<Partial<Signal>>([
    { signal: 'smoke', level: true },
    { signal: 'sos', key: { id: 'frame-7', withinMs: 24 * 60 * 60_000 } },
  ])('are two: what one said hides nothing of the other: %j', async (signal) => {
    await open()
    const from = (device: string) => ({ signals: [{ ...signal, device, foreign: true }] })
    const account = { principal: 'vendor/acme', device: undefined }
    await night.at(0).publish('any', from('first'), account)
    await night.at(1).does('ann', 'close', { outcome: 'real_emergency' })
    await night.at(60).publish('any', from('second'), account)
    expect((await night.tickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })
})

describe('a press of a plain button', () => {
  it.each([
    [null, 'single', 0],
    ['any', 'double', 1],
    ['long', 'single', 0],
    ['long', 'long', 1],
  ] as const)('where the registry says %s: %s makes %i tickets', async (sos_press, press, many) => {
    await open()
    await night.store.write((tx) => tx.updateTable('devices').set({ sos_press }).where('id', '=', 'watch').execute())
    await says(0, { press })
    expect(await night.tickets()).toHaveLength(many)
  })

  it('of a device that nobody registered is no call', async () => {
    await open()
    await says(0, { press: 'single' }, {}, 'unheard-of')
    expect(await night.tickets()).toEqual([])
  })
})

describe('a message that speaks of several devices', () => {
  it('has somebody whom only the gateway knows where the gateway is, by the name that it gives', async () => {
    await open()
    await night.at(0).publish('radar', { signals: [{ signal: 'sos', device: 'radar:bed-button' }] })
    expect(await night.ticket()).toMatchObject({
      home: 'elm',
      unverified_reasons: ['device_unknown'],
      evidence: [{ device: 'radar:bed-button' }],
    })
  })

  it('keeps no more evidence than it may, however many names a gateway makes up', async () => {
    await open()
    const many = limits.evidencePerTicket + 30
    const signals = Array.from({ length: many }, (_, i) => ({ signal: 'sos', device: `radar:button-${i}` }))
    await night.at(0).publish('radar', { signals })
    const { evidence } = await night.ticket()
    expect(evidence).toHaveLength(limits.evidencePerTicket)
    expect(evidence.reduce((sum, { repeats }) => sum + 1 + repeats, 0)).toBe(many)
  })

  it('opens the tickets of their homes', async () => {
    await open()
    await night.at(0).publish('radar', {
      signals: [
        { signal: 'fall', device: 'pendant' },
        { signal: 'smoke', device: 'detector' },
      ],
    })
    expect((await night.tickets()).map(({ home, kind }) => [home, kind])).toEqual([
      ['oak', 'fall'],
      ['elm', 'smoke'],
    ])
  })
})
