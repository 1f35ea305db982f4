import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Notice } from '../../domain/notices.ts'
import { sms } from './sms.ts'
import { type HttpReceiver, noticeOf, startHttpReceiver, toolsOf } from './test_receivers.ts'
import { voice } from './voice.ts'

let receiver: HttpReceiver
beforeEach(async () => {
  receiver = await startHttpReceiver()
})
afterEach(() => receiver.close())

const send = (settings: object, notice: Notice = noticeOf(), channel = sms, tools = toolsOf()) =>
  channel.send(channel.settings.parse({ url: receiver.url, ...settings }), notice, tools)

const nasty = 'say "hi" \\ & = % $& {{to}}\n<b>跌倒'

describe('an SMS by a gateway', () => {
  it('goes out as JSON', async () => {
    const body = '{"mobile":"{{to}}","content":"{{text}} {{ link }}","sn":"{{id}}","n":"{{number}}","l":"{{language}}"}'
    const headers = { authorization: 'Bearer geheim', 'x-request': '{{id}}' }
    const attempt = await send({ url: `${receiver.url}/v2/send`, headers, body }, noticeOf({ text: nasty }))
    expect(attempt).toEqual({ result: 'delivered', detail: `${receiver.host} answered 200` })
    const [{ method, url, headers: got, body: sent } = expect.fail()] = receiver.received
    expect([method, url.pathname, got['content-type']]).toEqual(['POST', '/v2/send', 'application/json; charset=utf-8'])
    expect(got).toMatchObject({ ...headers, 'x-request': 'notice-4711-2', 'vigil-id': 'notice-4711-2' })
    expect(JSON.parse(sent)).toEqual({
      mobile: '13800138000',
      content: `${nasty} https://vigil.example/t/4711`,
      sn: 'notice-4711-2',
      n: '4711',
      l: 'zh-CN',
    })
  })

  it('goes out as a form', async () => {
    await send(
      { body_type: 'form', body: 'account=vigil&to={{to}}&text={{text}}&n={{number}}' },
      noticeOf({ text: nasty, ticket: null }),
    )
    const [{ headers, body } = expect.fail()] = receiver.received
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8')
    const form = { account: 'vigil', to: '13800138000', text: nasty, n: '' }
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual(form)
  })

  it('goes out in the address', async () => {
    const url = `${receiver.url}/send?key=geheimer-schluessel&to={{to}}&text={{text}}&link={{link}}`
    await send({ method: 'GET', url }, noticeOf({ text: nasty, link: null }))
    const [{ method, url: got, body } = expect.fail()] = receiver.received
    expect([method, body]).toEqual(['GET', ''])
    const query = { key: 'geheimer-schluessel', to: '13800138000', text: nasty, link: '' }
    expect(Object.fromEntries(got.searchParams)).toEqual(query)
  })

  it('cannot break out of a header', async () => {
    await send({ headers: { 'x-title': '{{title}}' } }, noticeOf({ title: '跌\r\nx-evil: 1', id: 'a\r\nb' }))
    const [{ headers } = expect.fail()] = receiver.received
    expect(headers['x-title']).toBe('%E8%B7%8C%0D%0Ax-evil:%201')
    expect([headers['vigil-id'], headers['x-evil']]).toEqual(['a%0D%0Ab', undefined])
  })

  it('survives half a letter', async () => {
    await send({ body_type: 'form', body: 'text={{text}}' }, noticeOf({ text: 'x\ud800' }))
    expect(receiver.received[0]?.body).toBe('text=x%EF%BF%BD')
  })

  it('is the same when it is repeated', async () => {
    const body = '{"to":"{{to}}","id":"{{id}}"}'
    for (const _ of [1, 2]) await send({ body })
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
  })
})

describe('the answer of a gateway', () => {
  const told = { ok_path: 'result.0.code', ok_value: 0, permanent_values: ['E_NUMBER', 104] }

  it.each([
    ['{"result":[{"code":0}]}', 'delivered', 'took it'],
    ['{"result":[{"code":"0"}]}', 'delivered', 'took it'],
    ['{"result":[{"code":"E_NUMBER"}]}', 'refused', 'answered result.0.code = E_NUMBER'],
    ['{"result":[{"code":104}]}', 'refused', 'answered result.0.code = 104'],
    ['{"result":[{"code":"busy with geheimer-schluessel"}]}', 'failed', 'answered result.0.code = busy with …'],
    ['{"result":[{"code":{}}]}', 'failed', 'answered without result.0.code'],
    ['{"result":[]}', 'failed', 'answered without result.0.code'],
    ['OK', 'failed', 'answered without result.0.code'],
  ])('%s is %s', async (body, result, detail) => {
    receiver.reply = { body }
    const attempt = await send({ ...told, url: `${receiver.url}/?key=geheimer-schluessel` })
    expect(attempt).toEqual({ result, detail: `${receiver.host} ${detail}` })
  })

  it.each([
    [201, undefined, 'delivered'],
    [201, [200, 202], 'failed'],
    [409, [200, 409], 'delivered'],
    [400, undefined, 'refused'],
    [500, undefined, 'failed'],
  ])('of status %i where %o is right is %s', async (status, ok_status, result) => {
    receiver.reply = { status }
    expect(await send({ ok_status })).toMatchObject({ result })
  })

  it('is not read where it is huge', async () => {
    receiver.reply = { body: `{"result":[{"code":0}],"x":"${'x'.repeat(64 * 1024)}"}` }
    const detail = `${receiver.host} answered without result.0.code`
    expect(await send(told)).toEqual({ result: 'failed', detail })
  })

  it('may ask for a pause', async () => {
    receiver.reply = { status: 429, headers: { 'retry-after': '3' } }
    expect(await send({})).toMatchObject({ result: 'failed', retryAfterMs: 3_000 })
  })

  it('that never comes is given up when the time is over', async () => {
    receiver.reply = 'hang'
    const tools = toolsOf()
    const [attempt] = await Promise.all([send({}, noticeOf(), sms, tools), receiver.next().then(tools.abort)])
    expect(attempt).toEqual({ result: 'failed', detail: `${receiver.host} did not answer in time` })
  })
})

describe('a call by a gateway', () => {
  const body = '{"to":"{{to}}","say":"{{text}}","short":"{{title}}","n":"{{number}}"}'
  const heard = async (notice: Partial<Notice>) => {
    await send({ body }, noticeOf(notice), voice)
    return JSON.parse(receiver.received.at(-1)?.body ?? '')
  }

  it('speaks the number of the ticket digit by digit, and no link', async () => {
    const text = '和平路 4711 号，按下紧急呼救，工单 4711。请查看 https://vigil.example/t/4711。'
    expect(await heard({ text })).toEqual({
      to: '13800138000',
      say: '和平路 4711 号，按下紧急呼救，工单 4 7 1 1。请查看 。',
      short: '危急：按下紧急呼救，工单 4 7 1 1',
      n: '4 7 1 1',
    })
    expect((await heard({ language: 'en', text: 'Fall, ticket 12. Please go.' })).say).toBe(
      'Fall, ticket 1 2. Please go.',
    )
  })

  it('is short, and ends with a sentence', async () => {
    const { say } = await heard({ text: `${'请立即响应。'.repeat(24)}这一句不再说完，${'很长'.repeat(20)}。` })
    expect(say).toBe('请立即响应。'.repeat(24))
    const english = await heard({ language: 'en', text: 'Go at 4.30 p.m. now. '.repeat(40) })
    expect(english.say).toMatch(/now\.$/)
    expect(english.say.length).toBeLessThanOrEqual(400)
  })

  it('cannot be told to speak a link', () => {
    const checked = voice.settings.safeParse({ url: 'https://gw.example/', body: '{"say":"{{link}}"}' })
    expect(checked.error?.issues[0]?.message).toContain('has {{link}}, which is none of to, text,')
  })
})

describe('a gateway', () => {
  it.each([
    ['an unknown placeholder', { body: '{"a":"{{phone}}"}' }],
    ['an unknown placeholder in a header', { headers: { x: '{{secret}}' } }],
    ['an unknown placeholder in the address', { url: 'https://gw.example/?a={{tо}}' }],
    ['a placeholder that is not closed', { body_type: 'form', body: 'a={{to' }],
    ['a placeholder outside of a string', { body: '{"a":{{to}}}' }],
    ['a body that is no JSON', { body: 'a={{to}}' }],
    ['a placeholder for a host', { url: 'https://{{to}}.example/' }],
    ['a placeholder for a port', { url: 'https://gw.example:{{to}}/' }],
    ['another protocol', { url: 'file:///etc/passwd?{{to}}' }],
    ['a password in the address', { url: 'https://a:b@gw.example/' }],
    ['a body with GET', { method: 'GET', body: '{}' }],
    ['a path and no value', { ok_path: 'code' }],
    ['a value and no path', { ok_value: 0 }],
    ['permanent values and no path', { permanent_values: [1] }],
    ['a broken header', { headers: { x: 'a\r\nb' } }],
    ['a header that Vigil sets', { headers: { Host: 'elsewhere' } }],
    ['an unknown setting', { ok_valeu: 0 }],
  ])('cannot be set up with %s', (_, wrong) => {
    expect(sms.settings.safeParse({ url: 'https://gw.example/', ...wrong }).success).toBe(false)
  })

  it.each([
    ['13800138000', true],
    ['+4930123456', true],
    ['110', true],
    ['', false],
    ['138 0013 8000', false],
    ['13800138000\r\n', false],
    ['anna', false],
  ])('dials %o: %s', (to, right) => {
    expect([sms.checkAddress(to), voice.checkAddress(to)].every((wrong) => (wrong === undefined) === right)).toBe(true)
  })
})
