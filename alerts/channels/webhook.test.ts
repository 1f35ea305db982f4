import { createHmac } from 'node:crypto'
import { setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, makeServer } from '../../domain/certificates.ts'
import { virtualClock } from '../../domain/clock.ts'
import { type HttpReceiver, noticeOf, startHttpReceiver, toolsOf } from './test_receivers.ts'
import { postSigned, type WebhookSettings, webhook } from './webhook.ts'

const secret = 'a secret of the receiver'
let receiver: HttpReceiver
let settings: WebhookSettings
beforeEach(async () => {
  receiver = await startHttpReceiver()
  settings = { url: `${receiver.url}/vigil?token=geheimes-wort`, secret }
})
afterEach(() => receiver.close())

describe('a webhook', () => {
  it('gets the notice, signed', async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 22, 8, 15, 30, 999))
    const notice = noticeOf()
    const attempt = await webhook.send(settings, notice, { ...toolsOf(), clock })
    expect(attempt).toEqual({ result: 'delivered', detail: `${receiver.host} answered 200` })
    const [{ method, url, headers, body } = expect.fail()] = receiver.received
    expect([method, url.pathname, url.search]).toEqual(['POST', '/vigil', '?token=geheimes-wort'])
    expect(JSON.parse(body)).toEqual(notice)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'vigil-id': notice.id })
    expect(headers['vigil-timestamp']).toBe('1795335330')
    const expected = createHmac('sha256', secret).update(`1795335330.${body}`).digest('hex')
    expect(headers['vigil-signature']).toBe(`v1=${expected}`)
  })

  it('gets a repeat under the same id', async () => {
    for (const _ of [1, 2]) await webhook.send(settings, noticeOf(), toolsOf())
    expect(receiver.received.map(({ headers }) => headers['vigil-id'])).toEqual(['notice-4711-2', 'notice-4711-2'])
  })

  it('gets other bodies by the same signing, and an id that no header can hold encoded', async () => {
    await postSigned({ ...settings, id: '工单\r\nx: 1', body: '[1]' }, toolsOf())
    const [{ headers, body } = expect.fail()] = receiver.received
    expect([body, headers['vigil-id'], headers.x]).toEqual(['[1]', '%E5%B7%A5%E5%8D%95%0D%0Ax:%201', undefined])
  })

  it.each([
    [204, 'delivered'],
    [301, 'refused'],
    [302, 'failed'],
    [400, 'refused'],
    [401, 'refused'],
    [408, 'failed'],
    [410, 'refused'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const)('that answers %i is %s', async (status, result) => {
    receiver.reply = { status, headers: { location: `${receiver.url}/elsewhere` } }
    expect(await webhook.send(settings, noticeOf(), toolsOf())).toMatchObject({ result })
    expect(receiver.received).toHaveLength(1)
  })

  it.each([
    ['7', 7_000],
    ['Sun, 22 Nov 2026 08:16:00 GMT', 30_000],
    ['Sun, 22 Nov 2026 08:00:00 GMT', 0],
    ['86400', 3_600_000],
    ['soon', undefined],
  ])('may ask for a pause: %s', async (header, retryAfterMs) => {
    receiver.reply = { status: 503, headers: { 'retry-after': header } }
    const clock = virtualClock(Date.UTC(2026, 10, 22, 8, 15, 30))
    const attempt = await webhook.send(settings, noticeOf(), { ...toolsOf(), clock })
    expect(attempt).toEqual({
      result: 'failed',
      detail: `${receiver.host} answered 503`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  })

  it('that never answers is given up when the time is over', async () => {
    receiver.reply = 'hang'
    const tools = toolsOf()
    const [attempt] = await Promise.all([webhook.send(settings, noticeOf(), tools), receiver.next().then(tools.abort)])
    expect(attempt).toEqual({ result: 'failed', detail: `${receiver.host} did not answer in time` })
  })

  it('is not called when the time is over already', async () => {
    const tools = toolsOf()
    tools.abort()
    expect(await webhook.send(settings, noticeOf(), tools)).toMatchObject({ result: 'failed' })
    expect(receiver.received).toEqual([])
  })

  it('that answers at great length has taken the notice', async () => {
    receiver.reply = { body: 'x'.repeat(1 << 20) }
    expect(await webhook.send(settings, noticeOf(), toolsOf())).toMatchObject({ result: 'delivered' })
  })

  it('that is away is failed, with nothing of its address but the host', async () => {
    await receiver.close()
    const attempt = await webhook.send(settings, noticeOf(), toolsOf())
    expect(attempt).toEqual({ result: 'failed', detail: `no connection to ${receiver.host} (ECONNREFUSED)` })
    receiver = await startHttpReceiver()
  })

  it('is believed only with a certificate of a known CA and of its own name', async () => {
    const now = Date.now()
    const authority = await makeAuthority('test', { at: now, kind: 'ec' })
    const sendTo = async (hosts: string[]) => {
      const secure = await startHttpReceiver(await makeServer(authority, hosts, { at: now, kind: 'ec' }))
      const attempt = await webhook.send({ url: secure.url, secret }, noticeOf(), toolsOf())
      await secure.close()
      return { attempt, host: secure.host, requests: secure.received.length }
    }
    const stranger = await sendTo(['127.0.0.1'])
    expect(stranger).toMatchObject({ attempt: { result: 'failed' }, requests: 0 })
    expect(stranger.attempt.detail).toMatch(`the certificate of ${stranger.host} is not trusted (`)
    setDefaultCACertificates([authority.cert])
    expect((await sendTo(['127.0.0.1'])).attempt.result).toBe('delivered')
    const other = await sendTo(['elsewhere.example'])
    expect(other.attempt.detail).toBe(`the certificate of ${other.host} is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)`)
  })

  it.each([
    ['no address', { secret }],
    ['another protocol', { secret, url: 'ftp://receiver.example/' }],
    ['a password in the address', { secret, url: 'https://anna:geheim@receiver.example/' }],
    ['a short secret', { secret: 'short', url: 'https://receiver.example/' }],
    ['an unknown setting', { secret, url: 'https://receiver.example/', sercet: 'x' }],
  ])('cannot be set up with %s', (_, wrong) => {
    expect(webhook.settings.safeParse(wrong).success).toBe(false)
  })
})
