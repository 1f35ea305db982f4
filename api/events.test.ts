import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../domain/clock.ts'
import { type Random, seededRandom } from '../domain/random.ts'
import { appendEvent, lastEvent, trimEvents } from '../store/events.ts'
import { logout } from '../store/operators.ts'
import { readTicket } from '../store/tickets.ts'
import { eventsSent, streamsCut } from './metrics.ts'
import { type House, openHouse } from './test_house.ts'
import { type Heard, type Listen, type Subscription, transports } from './test_subscribers.ts'

const eventsUrl = (house: House) => `${house.base}/api/v1/events`
type Transport = (typeof transports)[keyof typeof transports]
const both = Object.entries(transports)

/** One more event of a ticket; gives its number. */
async function addEvent(house: House, district: 'north' | 'south'): Promise<number> {
  return house.store.write(async (tx) => {
    const ticket = await readTicket(tx, `ticket-${district}`)
    if (!ticket) throw new Error('no ticket')
    const areaPath = `/city/${district}/street-${district}/`
    return appendEvent(tx, { type: 'ticket.updated', at: 0, ticket, areaPath, sharedWith: [] })
  })
}

/** Listens until `enough` says so; gives all that was heard. */
function hear(listen: Transport, options: Omit<Listen, 'heard'>, enough: (all: Heard[]) => boolean): Promise<Heard[]> {
  return new Promise((resolve) => {
    const all: Heard[] = []
    const subscription = listen({
      ...options,
      heard(what) {
        all.push(what)
        if (!enough(all)) return
        subscription.close()
        resolve(all)
      },
    })
  })
}

/** A subscriber whose line breaks again and again, and who resumes each time with the last number it has. */
function flakySubscriber(listen: Transport, options: Omit<Listen, 'heard'>, random: Random, until: Promise<number>) {
  const seqs: number[] = []
  let last = Number.POSITIVE_INFINITY
  void until.then((seq) => {
    last = seq
    if ((seqs.at(-1) ?? 0) >= last) line?.close()
  })
  let line: Subscription | undefined
  const run = async () => {
    while ((seqs.at(-1) ?? 0) < last) {
      let patience = 1 + Math.floor(random() * 20)
      line = listen({
        ...options,
        lastEventId: seqs.at(-1) ?? 0,
        heard({ kind, seq }) {
          if (kind === 'event') seqs.push(seq)
          patience -= 1
          if (patience === 0 || seq >= last) line?.close()
        },
      })
      await line.ended
    }
    return seqs
  }
  return run()
}

describe.each(both)('live events by %s', (_name, listen) => {
  it('give five subscribers with breaking lines every event once and in order, while they are written', async () => {
    const house = await openHouse()
    const seed = Math.floor(Math.random() * 2 ** 32)
    console.info(`seed ${seed}`)
    const random = seededRandom(seed)
    const done = Promise.withResolvers<number>()
    const tokens = [
      'token-dispatcher',
      'token-viewer',
      'token-supervisor-north',
      'token-viewer-south',
      'token-integrator',
    ]
    const listening = tokens.map((token) =>
      flakySubscriber(listen, { url: eventsUrl(house), token }, random, done.promise),
    )
    for (let i = 0; i < 150; i++) await addEvent(house, random() < 0.5 ? 'north' : 'south')
    const last = await lastEvent(house.store.db)
    done.resolve(last)
    const all = Array.from({ length: last }, (_, i) => i + 1)
    for (const seqs of await Promise.all(listening)) expect(seqs, `seed ${seed}`).toEqual(all)
  })

  it('begin with now, and say where that is', async () => {
    const house = await openHouse()
    const now = await lastEvent(house.store.db)
    const options = { url: eventsUrl(house), token: 'token-viewer' }
    let next: Promise<number> | undefined
    const all = await hear(listen, options, (heard) => {
      next ??= addEvent(house, 'north')
      return heard.some(({ kind }) => kind === 'event')
    })
    expect(all.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['hello', now],
      ['event', now + 1],
    ])
    expect(await next).toBe(now + 1)
  })

  it('carry the ticket as it was, and of another area the number only', async () => {
    const house = await openHouse()
    const options = { url: eventsUrl(house), token: 'token-dispatcher-north', lastEventId: 0 }
    const all = await hear(listen, options, (heard) => heard.filter(({ kind }) => kind === 'event').length === 2)
    const [north, south] = all.filter(({ kind }) => kind === 'event').map(({ json }) => JSON.parse(json))
    expect(north).toMatchObject({
      seq: 1,
      type: 'ticket.opened',
      at: '2026-11-22T08:00:00.000Z',
      ticket: { id: 'ticket-north', state: 'open', kind: 'sos', unverified: false },
    })
    expect(south).toEqual({ seq: 2, type: 'elsewhere', at: '2026-11-22T08:00:00.000Z', ticket: null })
  })

  it('tell a subscriber whose place is not kept any more to start anew, and go on from there', async () => {
    const house = await openHouse()
    for (let i = 0; i < 8; i++) await addEvent(house, 'north')
    await house.store.write((tx) => trimEvents(tx, 3, 99))
    const options = { url: eventsUrl(house), token: 'token-viewer', lastEventId: 1 }
    let next: Promise<number> | undefined
    const all = await hear(listen, options, (heard) => {
      if (heard.some(({ kind }) => kind === 'reset')) next ??= addEvent(house, 'north')
      return heard.some(({ kind }) => kind === 'event')
    })
    const told = all.filter(({ kind }) => kind !== 'hello')
    expect(told.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['reset', 10],
      ['event', 11],
    ])
    expect(JSON.parse(told[0]?.json ?? '')).toEqual({ seq: 10, type: 'reset' })
    await next
  })

  it('tell the same to one who is ahead of everything, as after a restore of older data', async () => {
    const house = await openHouse()
    const options = { url: eventsUrl(house), token: 'token-viewer', lastEventId: 4_711 }
    const all = await hear(listen, options, (heard) => heard.some(({ kind }) => kind === 'reset'))
    expect(all.at(-1)?.seq).toBe(2)
  })

  it('keep the oldest place that is still whole', async () => {
    const house = await openHouse()
    for (let i = 0; i < 8; i++) await addEvent(house, 'north')
    await house.store.write((tx) => trimEvents(tx, 3, 99))
    const options = { url: eventsUrl(house), token: 'token-viewer', lastEventId: 7 }
    const all = await hear(listen, options, (heard) => heard.at(-1)?.seq === 10)
    expect(all.filter(({ kind }) => kind !== 'hello').map(({ seq }) => seq)).toEqual([8, 9, 10])
  })

  it('end when the session does', async () => {
    const timers = new Timers()
    const house = await openHouse({ clock: timers.clock })
    const greeted = Promise.withResolvers<void>()
    const line = listen({ url: eventsUrl(house), token: 'token-viewer', heard: () => greeted.resolve() })
    await greeted.promise
    await house.store.write((tx) => logout(tx, 'token-viewer'))
    timers.fire()
    await line.ended
  })

  it('end when the api closes', async () => {
    const house = await openHouse()
    const greeted = Promise.withResolvers<void>()
    const line = listen({ url: eventsUrl(house), token: 'token-viewer', heard: () => greeted.resolve() })
    await greeted.promise
    await house.closeApi()
    await line.ended
  })
})

describe('a subscriber who takes nothing', () => {
  it('is cut with no more than a full buffer waiting for it, and resumes without a gap', async () => {
    const timers = new Timers()
    const house = await openHouse({ clock: timers.clock })
    await addLargeEvents(house, 100)
    const [slowCuts, sent] = [await cutsFor('slow'), await allSent()]
    const lazy = connect(house.port, '127.0.0.1')
    lazy.write(`GET /api/v1/events?access_token=token-viewer&last_event_id=0 HTTP/1.1\r\nhost: x\r\n\r\n`)
    // A heartbeat and the watch over a piece that does not get away: then the line is full.
    while (timers.waiting < 2) await new Promise(setImmediate)
    timers.fire()
    const got = (await text(lazy)).matchAll(/^id: (\d+)$/gm)
    const seqs = [...got].map(([, seq]) => Number(seq)).slice(1)
    expect(seqs.length).toBeLessThan(100)
    expect((await cutsFor('slow')) - slowCuts).toBe(1)
    // It is not said of the rest that it was sent.
    expect((await allSent()) - sent).toBeLessThan(100)
    // The last one may be torn; the one before it is whole for sure.
    const lastEventId = seqs.at(-2) ?? 0
    const rest = await hear(
      transports.sse,
      { url: eventsUrl(house), token: 'token-viewer', lastEventId },
      (all) => all.at(-1)?.seq === 102,
    )
    const resumed = rest.filter(({ kind }) => kind === 'event').map(({ seq }) => seq)
    expect(resumed).toEqual(Array.from({ length: 102 - lastEventId }, (_, i) => lastEventId + 1 + i))
  })
})

/** Events of 200 KiB each, more than the kernel buffers for one line. */
async function addLargeEvents(house: House, count: number): Promise<void> {
  await house.store.write(async (tx) => {
    const ticket = await readTicket(tx, 'ticket-north')
    if (!ticket) throw new Error('no ticket')
    const entry = { at: ticket.opened_at, who: 'x', what: 'noted', reason: 'x'.repeat(200 * 1024) }
    const event = { type: 'ticket.updated' as const, at: 0, ticket: { ...ticket, timeline: [entry] } }
    for (let i = 0; i < count; i++) await appendEvent(tx, { ...event, areaPath: '/city/north/', sharedWith: [] })
  })
}

const allSent = async () => (await eventsSent.get()).values[0]?.value ?? 0

async function cutsFor(reason: string): Promise<number> {
  const { values } = await streamsCut.get()
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}

describe('GET /events', () => {
  it('takes the token from the query, because an EventSource cannot send headers, and no other route does', async () => {
    const house = await openHouse()
    const stream = await fetch(`${eventsUrl(house)}?access_token=token-viewer`)
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    await stream.body?.cancel()
    expect((await house.call('GET', '/api/v1/tickets?access_token=token-viewer')).body.code).toBe('unauthenticated')
  })

  it.each(['abc', '-1', '1.5', '9'.repeat(20)])('refuses %s as a place to resume from', async (id) => {
    const house = await openHouse()
    const headers = { 'last-event-id': id }
    const answer = await house.call('GET', '/api/v1/events', { token: 'token-viewer', headers })
    expect([answer.status, answer.body.code]).toEqual([400, 'request_invalid'])
  })

  it.each([
    ['/api/v1/events', 401, 'unauthenticated'],
    ['/api/v1/events?access_token=wrong', 401, 'unauthenticated'],
    ['/api/v1/events?access_token=token-vendor', 403, 'forbidden'],
    ['/api/v1/events?access_token=token-viewer&last_event_id=x', 400, 'request_invalid'],
    ['/api/v1/tickets', 401, 'unauthenticated'],
    ['/nowhere', 404, 'not_found'],
  ])('answers a WebSocket to %s with a problem: %i %s', async (path, status, code) => {
    const house = await openHouse()
    const socket = new WebSocket(house.base.replace('http', 'ws') + path)
    socket.on('error', () => {})
    const response = await new Promise<IncomingMessage>((resolve) =>
      socket.on('unexpected-response', (_request, answer) => resolve(answer)),
    )
    expect([response.statusCode, JSON.parse(await text(response)).code]).toEqual([status, code])
  })
})

/** A clock whose longer waits are over when the test says so. */
class Timers {
  readonly #waiting = new Set<() => void>()
  readonly clock = {
    ...systemClock,
    after: (ms: number, fn: () => void) => {
      if (ms < 1_000) return systemClock.after(ms, fn)
      this.#waiting.add(fn)
      return () => void this.#waiting.delete(fn)
    },
  }
  get waiting(): number {
    return this.#waiting.size
  }
  fire(): void {
    const due = [...this.#waiting]
    this.#waiting.clear()
    for (const fn of due) fn()
  }
}
