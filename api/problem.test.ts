import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { asProblem } from './problem.ts'
import { adminToken, type CallOptions, openHouse } from './test_house.ts'

const json = { 'content-type': 'application/json' }

/** What was wrong with each request (below /api/v1, or from the root with `//`), and what it is told. */
const badRequests: [what: string, route: string, options: CallOptions, answer: string][] = [
  ['no such route', 'GET /nowhere', {}, '404 not_found'],
  ['a route of another method', 'PUT /areas', { body: {} }, '404 not_found'],
  ['no such file', 'GET //no-such-file.js', {}, '404 not_found'],
  ['a way out of the folder', 'GET //..%2f..%2fetc%2fpasswd', {}, '404 not_found'],
  ['a path that is no percent-encoding', 'GET /tickets/%zz', {}, '400 request_invalid'],
  ['an id that is none', 'GET /tickets/a%20b', {}, '400 request_invalid'],
  ['a body that is not JSON', 'POST /areas', { body: '{"name":' }, '400 request_invalid'],
  ['a body that is no object', 'POST /areas', { body: '[1]' }, '400 request_invalid'],
  ['no body where one is needed', 'POST /areas', {}, '400 request_invalid'],
  ['an empty body of type JSON', 'POST /areas', { body: '' }, '400 request_invalid'],
  ['a field missing', 'POST /homes', { body: { area: 'north' } }, '400 request_invalid'],
  ['a field of the wrong type', 'POST /areas', { body: { name: 7 } }, '400 request_invalid'],
  ['an id of wrong letters', 'POST /areas', { body: { id: 'a/b', name: 'x' } }, '400 request_invalid'],
  [
    'a short password',
    'POST /operators',
    { body: { name: 'x', password: 'short', role: 'viewer' } },
    '400 request_invalid',
  ],
  [
    'an unknown role',
    'POST /operators',
    { body: { name: 'x', password: 'long enough 1', role: 'king' } },
    '400 request_invalid',
  ],
  ['a prototype in the body', 'POST /areas', { body: '{"name":"x","__proto__":{"a":1}}' }, '400 request_invalid'],
  [
    'another type of body',
    'POST /areas',
    { body: '<a/>', headers: { 'content-type': 'text/xml' } },
    '400 request_invalid',
  ],
  [
    'a body too large',
    'POST /areas',
    { body: `{"name":"${'x'.repeat(limits.payloadBytes)}"}` },
    '413 payload_too_large',
  ],
  ['an id that is taken', 'POST /areas', { body: { id: 'north', name: 'x' } }, '409 id_taken'],
  [
    'a login name that is taken',
    'POST /operators',
    { body: { name: 'viewer', password: 'long enough 1', role: 'viewer' } },
    '409 id_taken',
  ],
  ['an area that is not there', 'POST /homes', { body: { area: 'atlantis', address: 'x' } }, '409 reference_unknown'],
  ['an area below itself', 'PATCH /areas/north', { body: { parent: 'street-north' } }, '400 request_invalid'],
  ['an area still in use', 'DELETE /areas/north', {}, '409 still_referenced'],
  ['a home still in use', 'DELETE /homes/home-north', {}, '409 still_referenced'],
  ['a home that is not there', 'DELETE /homes/nobody', {}, '404 not_found'],
  ['a ticket that is not there', 'GET /tickets/t-u1-0', {}, '404 not_found'],
  ['a step on a ticket that is not there', 'POST /tickets/t-u1-0/acknowledge', {}, '404 not_found'],
  ['a step that is none', 'POST /tickets/ticket-north/explode', {}, '404 not_found'],
  ['a step out of turn', 'POST /tickets/ticket-north/resolve', {}, '409 transition_not_allowed'],
  ['closing without an outcome', 'POST /tickets/ticket-north/close', {}, '400 outcome_required'],
  [
    'closing with an outcome that is none',
    'POST /tickets/ticket-north/close',
    { body: { outcome: 'fine' } },
    '400 request_invalid',
  ],
  ['assigning to nobody', 'POST /tickets/ticket-north/assign', {}, '400 request_invalid'],
  [
    'assigning to somebody who is not there',
    'POST /tickets/ticket-north/assign',
    { body: { assignee: 'ghost' } },
    '409 reference_unknown',
  ],
  [
    'assigning to one who may not act',
    'POST /tickets/ticket-north/assign',
    { body: { assignee: 'viewer-north' } },
    '409 reference_unknown',
  ],
  [
    'assigning to one who cannot see it',
    'POST /tickets/ticket-north/assign',
    { body: { assignee: 'dispatcher-south' } },
    '409 reference_unknown',
  ],
  ['a note without words', 'POST /tickets/ticket-north/note', { body: { text: '  ' } }, '400 request_invalid'],
  ['sharing with nobody', 'POST /tickets/ticket-north/share', {}, '400 request_invalid'],
  [
    'sharing with an area that is not there',
    'POST /tickets/ticket-north/share',
    { body: { area: 'atlantis' } },
    '409 reference_unknown',
  ],
  ['an unknown state', 'GET /tickets?state=open,ajar', {}, '400 request_invalid'],
  ['an unknown severity', 'GET /tickets?severity=grave', {}, '400 request_invalid'],
  ['an area that is not there in a list', 'GET /tickets?area=atlantis', {}, '404 not_found'],
  ['a page of nothing', 'GET /tickets?limit=0', {}, '400 request_invalid'],
  ['a page too large', 'GET /tickets?limit=1001', {}, '400 request_invalid'],
  ['a page of words', 'GET /homes?limit=many', {}, '400 request_invalid'],
  ['an unknown metric', 'GET /homes/home-north/telemetry?metric=mood', {}, '400 request_invalid'],
  ['a time without zone', 'GET /homes/home-north/telemetry?from=2026-11-22T08:00:00', {}, '400 request_invalid'],
  ['a time that ends before it begins', 'GET /homes/home-north/telemetry?from=2000&to=1000', {}, '400 request_invalid'],
  ['buckets of no width', 'GET /homes/home-north/telemetry?every=0m', {}, '400 request_invalid'],
  ['buckets of an unknown unit', 'GET /homes/home-north/telemetry?every=1y', {}, '400 request_invalid'],
  ['telemetry of a home that is not there', 'GET /homes/nobody/telemetry', {}, '404 not_found'],
  ['a dead letter that is not there', 'GET /dead-letters/bulk-1', {}, '404 not_found'],
  ['replaying a letter that is not there', 'POST /dead-letters/replay', { body: { ids: ['bulk-1'] } }, '404 not_found'],
  ['replaying no letters', 'POST /dead-letters/replay', { body: { ids: [] } }, '400 request_invalid'],
  ['a login without a password', 'POST /login', { body: { name: 'x' } }, '400 request_invalid'],
]

describe('every failure', () => {
  it('is a problem with a stable code', async () => {
    const house = await openHouse()
    const expected = badRequests.map(([what, , , answer]) => `${what}: ${answer}`)
    const seen: string[] = []
    for (const [what, route, options] of badRequests) {
      const [method = '', path = ''] = route.split(' ')
      const full = path.startsWith('//') ? path.slice(1) : `/api/v1${path}`
      const { status, body, headers } = await house.call(method, full, { token: adminToken, ...options })
      seen.push(`${what}: ${status} ${body.code}`)
      const { title, type, request_id } = body
      expect({ title, type }, what).toEqual({
        title: errorTable[body.code as keyof typeof errorTable]?.text,
        type: `urn:vigil:error:${body.code}`,
      })
      expect(body.status, what).toBe(status)
      expect(headers.get('content-type'), what).toContain('application/problem+json')
      expect(headers.get('x-request-id'), what).toBe(request_id)
    }
    expect(seen).toEqual(expected)
  })

  it('names the fields that are wrong', async () => {
    const house = await openHouse()
    const body = { area: 'north', address: '', lat: 91 }
    const answer = await house.call('POST', '/api/v1/homes', { token: adminToken, body })
    expect(answer.body.errors).toMatchObject([{ path: 'body/address' }, { path: 'body/lat' }])
  })

  it('says Bearer where the token is missing', async () => {
    const house = await openHouse()
    const { headers } = await house.call('GET', '/api/v1/tickets')
    expect(headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a header too large', `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('is a problem even where the request cannot be read: %s', async (_what, bytes) => {
    const house = await openHouse()
    const socket = connect(house.port, '127.0.0.1')
    socket.write(bytes)
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'request_invalid' })
  })

  it('that is ours gives nothing away', () => {
    expect(asProblem(new Error('password of the database is 1234'), 'req-1')).toEqual({
      type: 'urn:vigil:error:internal',
      title: errorTable.internal.text,
      status: 500,
      code: 'internal',
      request_id: 'req-1',
    })
  })

  it('does not come from a parameter that nobody knows', async () => {
    const house = await openHouse()
    const answer = await house.call('GET', '/api/v1/tickets?colour=red', { token: adminToken, headers: json })
    expect(answer.status).toBe(200)
  })
})
