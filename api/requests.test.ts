import { describe, expect, it } from 'vitest'
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
})
