import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openHouse, adminToken as token } from './test_house.ts'

describe('a request is understood', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/problem+json'])(
    'with JSON under the type %s',
    async (type) => {
      const house = await openHouse()
      const headers = { 'content-type': type }
      const made = await house.call('POST', '/api/v1/areas', { token, body: '{"id":"x","name":"区"}', headers })
      expect([made.status, made.body.name]).toEqual([201, '区'])
    },
  )

  it.each(['application/json', 'application/x-www-form-urlencoded'])('with nothing under the type %s', async (type) => {
    const house = await openHouse()
    const headers = { 'content-type': type }
    const step = await house.call('POST', '/api/v1/tickets/ticket-north/acknowledge', { token, body: '', headers })
    expect([step.status, step.body.state]).toEqual([200, 'acknowledged'])
  })

  it.each(['GET /api/v1/areas/', 'GET /api/v1/tickets/ticket-north/', 'GET /healthz/', 'GET /api/docs/'])(
    'with a slash at its end: %s',
    async (route) => {
      const [method = '', path = ''] = route.split(' ')
      const house = await openHouse()
      expect((await house.call(method, path, { token })).status).toBe(200)
    },
  )

  it('with parameters that were given no value', async () => {
    const house = await openHouse()
    const listed = async (query: string) =>
      (await house.call('GET', `/api/v1/tickets?${query}`, { token })).body.items.map(({ id }) => id)
    expect(await listed('state=&severity=&area=&limit=&after=')).toHaveLength(2)
    expect(await listed('state=&severity=&area=north')).toEqual(['ticket-north'])
  })

  it.each(['/healthz', '/readyz'])('that only wants to know the status of %s', async (path) => {
    const house = await openHouse()
    const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(house.base + path, { method })))
    expect([head?.status, await head?.text()]).toEqual([get?.status, ''])
  })

  it('to the live events over a WebSocket with a slash at its end', async () => {
    const house = await openHouse()
    const events = new WebSocket(`${house.base.replace('http', 'ws')}/api/v1/events/?access_token=${token}`)
    const [hello] = await once(events, 'message')
    expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello' })
    events.close()
  })
})
