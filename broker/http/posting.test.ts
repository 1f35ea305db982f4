import { describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { openFrontDoor } from '../test_sockets.ts'

const sos = '{"signal":"sos"}'
const reading = '{"readings":{"heart_rate":70}}'

async function open(clock: VirtualClock = virtualClock()) {
  const door = await openFrontDoor({ clock })
  const token = await door.device('watch-1')
  const post = async (kind: string, body: string, key?: string, bearer = token) => {
    const response = await fetch(`http://127.0.0.1:${door.broker.httpPort}/api/v1/devices/watch-1/${kind}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${bearer}`, ...(key !== undefined && { 'idempotency-key': key }) },
    })
    const answer = (await response.json()) as { code?: string }
    return { status: response.status, code: answer.code, answer, retryAfter: response.headers.get('retry-after') }
  }
  return { ...door, clock, token, post }
}

describe('a request that is sent again under its Idempotency-Key', () => {
  it('is journalled once where it is telemetry, and answered alike', async () => {
    const { post, journal, clock } = await open()
    const first = await post('readings', '{"readings":{"heart_rate":70,"mood":1}}', '"key-1"')
    await clock.advance(60_000)
    // With quotes or without: it is the same key.
    expect(await post('readings', '{"readings":{"heart_rate":70,"mood":1}}', 'key-1')).toEqual(first)
    expect(first).toMatchObject({ status: 202, answer: { refusals: [{ code: 'metric_unknown' }] } })
    expect(await journal.head('bulk')).toBe(1)
  })

  it('is journalled each time where it is a signal, always with the time of the first', async () => {
    const { post, journal, clock } = await open()
    const at = clock.now()
    expect((await post('signals', sos, 'key-1')).status).toBe(202)
    await clock.advance(60_000)
    expect((await post('signals', sos, 'key-1')).status).toBe(202)
    expect((await journal.read('urgent', 0, 9)).map(({ receivedAt }) => receivedAt)).toEqual([at, at])
  })

  it('with another payload is refused as telemetry, and passes as a signal with a time of its own', async () => {
    const { post, journal, clock } = await open()
    await post('readings', reading, 'key-1')
    expect(await post('readings', '{"readings":{"heart_rate":71}}', 'key-1')).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    })
    await clock.advance(1_000)
    expect((await post('signals', sos, 'key-1')).status).toBe(202)
    expect((await journal.read('urgent', 0, 9)).map(({ receivedAt }) => receivedAt)).toEqual([clock.now()])
    expect(await journal.head('bulk')).toBe(1)
  })

  it('is a new one after a day', async () => {
    const { post, journal, clock } = await open()
    await post('readings', reading, 'key-1')
    await clock.leap(limits.idempotencyKeepMs + 1)
    expect((await post('readings', '{"readings":{"heart_rate":71}}', 'key-1')).status).toBe(202)
    expect(await journal.head('bulk')).toBe(2)
  })

  it.each(['', 'x'.repeat(limits.idempotencyKeyLength + 1)])(
    'with a key that is none (%j) is refused as telemetry only',
    async (key) => {
      const { post } = await open()
      expect(await post('readings', reading, key)).toMatchObject({ status: 400, code: 'idempotency_key_invalid' })
      expect((await post('signals', sos, key)).status).toBe(202)
    },
  )
})

describe('over the quota', () => {
  it('telemetry is told when to come again, and a signal passes', async () => {
    const { post, enter, token, clock, journal } = await open()
    const { burst, perSecond } = limits.deviceQuota.messages
    const client = await enter('watch-1', token)
    // A refused message costs more than one.
    client.send(
      ...Array.from({ length: burst / limits.refusedCost + 1 }, () => ({
        cmd: 'publish' as const,
        topic: 'nobody/knows',
        payload: 'x',
        qos: 0 as const,
        dup: false,
        retain: false,
      })),
    )
    await expect.poll(() => journal.head('bulk'), { timeout: 20_000 }).toBe(burst / limits.refusedCost + 1)
    expect(await post('readings', reading)).toMatchObject({ status: 429, code: 'quota_exceeded', retryAfter: '1' })
    expect((await post('signals', sos)).status).toBe(202)
    await clock.advance((limits.refusedCost / perSecond) * 1_000)
    expect((await post('readings', reading)).status).toBe(202)
  })
})

describe('what is too large', () => {
  it('is cut while it comes, also where nobody said how large it is', async () => {
    const { broker, token } = await open()
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.alloc(64 * 1024, 0x20)),
    })
    const sent = fetch(`http://127.0.0.1:${broker.httpPort}/api/v1/devices/watch-1/readings`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}` },
      duplex: 'half',
    } as RequestInit)
    const answer = await sent.then(({ status }) => status).catch(() => 'cut')
    expect([413, 'cut']).toContain(answer)
  })
})

it('wrong tokens by the hundred are answered late, and a right one at once', async () => {
  const { post, clock } = await open()
  let answered = 0
  const wrong = Array.from({ length: limits.failedConnects.burst + 20 }, () =>
    post('readings', reading, undefined, 'guessed').then((answer) => {
      answered++
      return answer
    }),
  )
  await expect.poll(() => answered).toBeGreaterThanOrEqual(limits.failedConnects.burst)
  expect((await post('readings', reading)).status).toBe(202)
  expect(answered).toBeLessThan(wrong.length)
  for (let ms = 0; ms <= limits.failedConnectDelayMs; ms += 500) await clock.advance(500)
  expect((await Promise.all(wrong)).every(({ status }) => status === 401)).toBe(true)
})
