import { describe, expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { issueToken } from '../../store/credentials.ts'
import { createVendor } from '../../store/vendors.ts'
import { adminToken, openFrontDoor } from '../test_sockets.ts'
import { pushedTopic, pushToken } from './push.ts'

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

describe('the topic of a push', () => {
  it.each([
    ['/api/v1/push/jjt', 'push/jjt'],
    ['/api/v1/push/mattress/bed-7', 'push/mattress/bed-7'],
    ['/api/v1/push/chirpstack?event=up', 'push/chirpstack/up'],
    ['/api/v1/push/fhir/Observation/1?_format=json', 'push/fhir/Observation/1'],
    ['/api/v1/push/jjt/?token=secret', 'push/jjt'],
    ['/api/v1/push/jjt/%E5%BA%8A%2F1', 'push/jjt/床/1'],
    ['/api/v1/push/jjt/%zz', 'push/jjt/%zz'],
    ['/api/v1/push/jjt/+/%23/a%00b', 'push/jjt/_/_/a_b'],
  ])('%s -> %s', (url, topic) => {
    expect(pushedTopic({ method: 'POST', url })).toBe(topic)
    expect(pushedTopic({ method: 'PUT', url })).toBe(topic)
  })

  it.each([
    ['GET', '/api/v1/push/jjt'],
    ['POST', '/api/v1/push/'],
    ['POST', '/api/v1/push/%2B'],
    ['POST', '/api/v1/pushes/jjt'],
  ])('%s %s is no push', (method, url) => expect(pushedTopic({ method, url })).toBeUndefined())

  it('is never much longer than any topic may be', () => {
    const url = `/api/v1/push/jjt/${'x'.repeat(10_000)}`
    expect(pushedTopic({ method: 'POST', url })).toHaveLength(limits.topicBytes + 1)
  })
})

describe('the token of a push', () => {
  it.each([
    ['a bearer token', 'Bearer abc', '', 'abc'],
    ['the password of Basic', basic('vendor/acme', 'a:b'), '', 'a:b'],
    ['a password alone', basic('', 'abc'), '', 'abc'],
    ['in the query', undefined, '?event=up&token=a%2Bb', 'a+b'],
    ['the header before the query', 'Bearer abc', '?token=other', 'abc'],
    ['none', undefined, '?access_token=abc', undefined],
  ])('is %s', (_what, authorization, query, token) => {
    expect(pushToken({ headers: { ...(authorization && { authorization }) }, url: `/api/v1/push/jjt${query}` })).toBe(
      token,
    )
  })
})

async function open() {
  const door = await openFrontDoor()
  const token = await door.device('watch-1')
  const push = async (path: string, body: string | Uint8Array, init: RequestInit = {}) => {
    const url = `http://127.0.0.1:${door.broker.httpPort}/api/v1/push/${path}`
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(url, { method: 'POST', body: body as BodyInit, headers, ...init })
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), text }
  }
  const journalled = async () => [
    ...(await door.journal.read('urgent', 0, 99)),
    ...(await door.journal.read('bulk', 0, 99)),
  ]
  return { ...door, token, push, journalled }
}

const alarm = '{"type":"alarm","deviceNum":"868120000000042","createTime":1795000000000}'

describe('a push', () => {
  it('is journalled byte for byte under its topic, in the lane of its content', async () => {
    const { push, journal, journalled } = await open()
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x0a, 0x7d])
    expect((await push('jjt/x?event=up', bytes)).status).toBe(202)
    expect(
      (await push('jjt', alarm, { method: 'PUT', headers: { authorization: basic('x', adminToken) } })).status,
    ).toBe(202)
    expect(await journal.head('urgent')).toBeGreaterThanOrEqual(1)
    const records = await journalled()
    expect(records.map(({ topic }) => topic).sort()).toEqual(['push/jjt', 'push/jjt/x/up'])
    expect(records.find(({ topic }) => topic === 'push/jjt/x/up')).toMatchObject({ principal: 'watch-1' })
    expect(Buffer.from(records.find(({ topic }) => topic === 'push/jjt/x/up')!.payload).equals(bytes)).toBe(true)
  })

  it('whose content is refused is durable and no error, so that nobody sends it for ever', async () => {
    const { push, journalled } = await open()
    const answer = await push('jjt', '{"type":')
    expect(answer.status).toBe(202)
    expect(JSON.parse(answer.text)).toMatchObject({ accepted: true, refusals: [{ code: 'payload_not_json' }] })
    const large = await push('jjt', Buffer.alloc(limits.payloadBytes + 1, ' '))
    expect(JSON.parse(large.text)).toMatchObject({ accepted: true, refusals: [{ code: 'payload_too_large' }] })
    expect(await journalled()).toHaveLength(2)
  })

  it('is answered as its format prescribes', async () => {
    const { push } = await open()
    for (const body of ['{"deviceId":"1","flag":"LK"}', '{'])
      expect(await push('watch_push', body)).toMatchObject({ status: 200, text: 'Success' })
  })

  it('to a codec that is not there is 404 and kept', async () => {
    const { push, journalled } = await open()
    const { status, text, type } = await push('nobody', '{"signal":"sos"}')
    expect([status, type, JSON.parse(text).code]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
      'codec_unknown',
    ])
    expect(await journalled()).toMatchObject([{ topic: 'push/nobody', refused: 'topic_unknown' }])
  })

  it('of a vendor may name its own devices in the address and no others', async () => {
    const { push, store, device, journalled } = await open()
    const { token } = await store.write(async (tx) => {
      await createVendor(tx, { id: 'acme', name: 'Acme' }, 0)
      return issueToken(tx, 'vendor:acme', { now: 0 })
    })
    await device('bed-7', 'acme')
    const body = '{"inbed":1,"heart_rate":61}'
    expect((await push(`mattress/bed-7?token=${token}`, body, { headers: {} })).status).toBe(202)
    expect((await push(`mattress/bed-8?token=${token}`, body, { headers: {} })).status).toBe(403)
    expect(await journalled()).toMatchObject([
      { device: 'bed-7', topic: 'push/mattress/bed-7' },
      { refused: 'topic_foreign' },
    ])
  })

  it('without a token that counts is 401, and nothing of it is kept or told back', async () => {
    const { push, journalled } = await open()
    for (const [query, init] of [
      ['?token=guessed-4711', { headers: {} }],
      ['', { headers: { authorization: basic('watch-1', 'guessed-4711') } }],
      ['', { headers: {} }],
    ] as const) {
      const answer = await push(`jjt${query}`, alarm, init)
      expect(answer.status).toBe(401)
      expect(answer.text).not.toContain('guessed-4711')
    }
    expect(await journalled()).toEqual([])
  })

  it('that is sent again under its Idempotency-Key has the time of the first, and another one is refused', async () => {
    const { push, token, journalled } = await open()
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'k-1' }
    const body = '{"type":"heart","deviceNum":"868120000000042","heart":71}'
    expect((await push('jjt', body, { headers })).status).toBe(202)
    expect((await push('jjt', body, { headers })).status).toBe(202)
    expect(new Set((await journalled()).map(({ receivedAt }) => receivedAt)).size).toBe(1)
    expect((await push('jjt', '{"type":"heart"}', { headers })).status).toBe(422)
  })
})
