import { describe, expect, it, vi } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import type { Ticket } from '../domain/ticket.ts'
import { createOperator } from '../store/operators.ts'
import { readTicket } from '../store/tickets.ts'
import { until } from '../test/until.ts'
import { type House, openHouse, openTicket } from './test_house.ts'

/** Passwords are looked at slowly and one by one; on a busy machine ten of them take a while. */
vi.setConfig({ testTimeout: 60_000 })

const password = 'the right password'
/** What the test house has of its districts begins or ends with their names. */
const personal = /north|south/

async function locked(options: Parameters<typeof openHouse>[0] = {}): Promise<{ house: House; token: string }> {
  const house = await openHouse(options)
  await createOperator(house.store, { id: 'anna', name: 'Anna', role: 'dispatcher', area: 'city', password })
  const { body } = await house.call('POST', '/api/v1/login', { body: { name: 'Anna', password } })
  expect((await house.call('POST', '/api/v1/session/lock', { token: body.token })).status).toBe(204)
  return { house, token: body.token }
}

const unlock = (house: House, token: string, given: string) =>
  house.call('POST', '/api/v1/session/unlock', { token, body: { password: given } })

describe('a locked session', () => {
  it('may do nothing but say who it is, see that somebody waits, be unlocked and end', async () => {
    const { house, token } = await locked()
    const ask = async (method: string, path: string, body?: object) => {
      const answer = await house.call(method, `/api/v1${path}`, { token, body })
      return answer.status === 423 ? answer.body.code : answer.status
    }
    for (const path of [
      '/homes',
      '/residents',
      '/tickets/ticket-north',
      '/devices',
      '/rules',
      '/tickets?home=home-north',
    ])
      expect([path, await ask('GET', path)]).toEqual([path, 'session_locked'])
    expect(await ask('GET', '/tickets?area=north')).toBe('session_locked')
    expect(await ask('POST', '/tickets/ticket-north/acknowledge', {})).toBe('session_locked')
    expect(await ask('POST', '/session/lock')).toBe(204)
    expect(await ask('GET', '/me')).toBe(200)
    expect(await ask('POST', '/logout')).toBe(204)
    expect(await ask('GET', '/me')).toBe(401)
  })

  it('sees of a ticket how grave it is and since when, not of whom and where', async () => {
    const { house, token } = await locked()
    const { items } = (await house.call('GET', '/api/v1/tickets', { token })).body as unknown as { items: Ticket[] }
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(['ticket-north', 'ticket-south']))
    for (const { id, ...rest } of items)
      expect([id, JSON.stringify(rest)]).toEqual([id, expect.not.stringMatching(personal)])
    expect(items[0]).toMatchObject({ kind: 'sos', severity: 'critical', state: 'open', holder: null, late: false })
    expect(items[0]).toMatchObject({ evidence: [], timeline: [], home: null, area: null, device: null, plan: null })
  })

  it('hears of a new one in the same form, and a stream that was open before is cut back at its next beat', async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 22, 8))
    const house = await openHouse({ clock })
    const stop = new AbortController()
    const stream = await fetch(`${house.base}/api/v1/events`, {
      headers: { authorization: 'Bearer token-dispatcher-north' },
      signal: stop.signal,
    })
    let heard = ''
    const reading = (async () => {
      for await (const piece of stream.body!.pipeThrough(new TextDecoderStream())) heard += piece
    })().catch(() => {})
    await until('the stream', async () => heard.includes('retry'))
    await house.call('POST', '/api/v1/session/lock', { token: 'token-dispatcher-north' })
    await clock.advance(5_000)
    await until('a beat', async () => heard.includes('still here'))
    await house.store.write((tx) => openTicket(tx, 'ticket-new', 'north'))
    await until('the event', async () => {
      await clock.advance(20)
      return heard.includes('ticket-new')
    })
    stop.abort()
    await reading
    const event = JSON.parse(/data: (.*ticket-new.*)/.exec(heard)![1]!)
    expect(event.ticket).toMatchObject({ id: 'ticket-new', severity: 'critical', state: 'open' })
    expect(JSON.stringify({ ...event.ticket, id: '' })).not.toMatch(personal)
  })

  it('keeps since when a ticket waits that was let go, without the words that were said', async () => {
    const { house, token } = await locked()
    await house.call('POST', '/api/v1/tickets/ticket-north/acknowledge', { token: 'token-dispatcher-north', body: {} })
    const body = { reason: 'Mrs Li rang again' }
    await house.call('POST', '/api/v1/tickets/ticket-north/reopen', { token: 'token-dispatcher-north', body })
    const whole = await readTicket(house.store.db, 'ticket-north')
    const { items } = (await house.call('GET', '/api/v1/tickets', { token })).body
    const { at } = whole!.timeline.findLast(({ what }) => what === 'reopened')!
    expect(items.find(({ id }) => id === 'ticket-north')?.timeline).toEqual([
      { at, what: 'reopened', who: 'hidden', reason: null },
    ])
  })

  it('is opened by the password of its operator alone, and then lasts a whole shift anew', async () => {
    const { house, token } = await locked()
    expect((await unlock(house, token, 'wrong')).body.code).toBe('login_failed')
    expect((await house.call('GET', '/api/v1/me', { token })).body.locked).toBe(true)
    const opened = await unlock(house, token, password)
    expect(opened.status).toBe(200)
    const me = (await house.call('GET', '/api/v1/me', { token })).body
    expect([me.locked, me.expires_at]).toEqual([false, opened.body.expires_at])
    expect((await house.call('GET', '/api/v1/homes', { token })).status).toBe(200)
  })

  it('cannot be guessed open: wrong passwords here and at the log-in count together', async () => {
    const { house, token } = await locked()
    for (let n = 0; n < 5; n++) {
      expect((await unlock(house, token, 'wrong')).status).toBe(401)
      const body = { name: 'Anna', password: 'wrong' }
      expect((await house.call('POST', '/api/v1/login', { body })).status).toBe(401)
    }
    const answer = await unlock(house, token, password)
    expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('locks no other session of its operator', async () => {
    const { house } = await locked()
    const { body } = await house.call('POST', '/api/v1/login', { body: { name: 'Anna', password } })
    expect((await house.call('GET', '/api/v1/homes', { token: body.token })).status).toBe(200)
  })
})

it('a token that no log-in began has no lock', async () => {
  const house = await openHouse()
  for (const path of ['lock', 'unlock']) {
    const answer = await house.call('POST', `/api/v1/session/${path}`, {
      token: 'token-centre-north',
      body: { password },
    })
    expect(answer.body.code).toBe('forbidden')
  }
})

it.each([
  [undefined, 900],
  [60_000, 60],
  [0, 0],
])('a console is told when to lock itself: %s ms', async (lockAfterMs, seconds) => {
  const house = await openHouse({ lockAfterMs })
  expect((await house.call('GET', '/api/v1/me', { token: 'token-viewer' })).body.lock_after_s).toBe(seconds)
})
