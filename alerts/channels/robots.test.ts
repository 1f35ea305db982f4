import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import type { Notice } from '../../domain/notices.ts'
import type { Channel } from './channel.ts'
import { dingtalk } from './dingtalk.ts'
import { feishu } from './feishu.ts'
import { type HttpReceiver, noticeOf, startHttpReceiver, toolsOf } from './test_receivers.ts'
import { wecom } from './wecom.ts'

const now = Date.UTC(2026, 10, 22, 8, 15, 30, 250)
const token = 'd7c3b9a1-token-of-the-robot'
const secret = 'SEC-of-the-robot'
let receiver: HttpReceiver
beforeEach(async () => {
  receiver = await startHttpReceiver()
})
afterEach(() => receiver.close())

const answers = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) })
const sent = () => receiver.received.map(({ body }) => JSON.parse(body))

/** Sends by a channel whose settings are checked as an administrator's are. */
function send<S>(channel: Channel<S>, settings: object, notice: Notice = noticeOf(), tools = toolsOf()) {
  const path = channel === (feishu as unknown) ? `/open-apis/bot/v2/hook/${token}` : `/robot/send?access_token=${token}`
  const checked = channel.settings.parse({ url: `${receiver.url}${path}`, ...settings })
  return channel.send(checked, notice, { ...tools, clock: virtualClock(now) })
}

describe('DingTalk', () => {
  beforeEach(() => {
    receiver.reply = answers({ errcode: 0, errmsg: 'ok' })
  })

  it('gets a text with the numbers it is to call, signed', async () => {
    const attempt = await send(dingtalk, { secret })
    expect(attempt).toEqual({ result: 'delivered', detail: `${receiver.host} took it` })
    const [{ url, headers } = expect.fail()] = receiver.received
    const sign = createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64')
    expect(Object.fromEntries(url.searchParams)).toEqual({ access_token: token, timestamp: String(now), sign })
    expect(url.search).toContain(`sign=${encodeURIComponent(sign)}`)
    expect(headers['vigil-id']).toBe(noticeOf().id)
    const { title, text, link } = noticeOf()
    expect(sent()).toEqual([
      {
        msgtype: 'text',
        text: { content: `${title}\n${text}\n${link}\n@13800138000` },
        at: { atMobiles: ['13800138000'], isAtAll: false },
      },
    ])
  })

  it('gets Markdown in which names are only words', async () => {
    const text = '王[点这里](http://evil.example)<b>*秀*英，按下紧急呼救。'
    await send(dingtalk, { format: 'markdown' }, noticeOf({ text, to: 'all' }))
    const [{ markdown, at }] = sent()
    expect(markdown.text).toContain('王［点这里］(http://evil.example)＜b＞＊秀＊英')
    expect(markdown.text).toContain('[查看工单](https://vigil.example/t/4711)')
    expect(at).toEqual({ atMobiles: [], isAtAll: true })
    expect(receiver.received[0]?.url.searchParams.has('sign')).toBe(false)
  })

  it('gets its keyword where the words lack it, once', async () => {
    await send(dingtalk, { keyword: '养老' }, noticeOf({ to: '' }))
    await send(dingtalk, { keyword: '工单' }, noticeOf({ to: '' }))
    expect(sent().map(({ text }) => text.content.split('\n').at(-1))).toEqual(['养老', noticeOf().link])
  })

  it.each([
    [130_101, { result: 'failed', retryAfterMs: 60_000 }],
    [410_100, { result: 'failed', retryAfterMs: 60_000 }],
    [-1, { result: 'failed' }],
    [310_000, { result: 'refused' }],
    [300_005, { result: 'refused' }],
  ])('that answers %i', async (errcode, expected) => {
    receiver.reply = answers({ errcode, errmsg: `no: ${token}, ${secret}\nkeywords not in content` })
    const attempt = await send(dingtalk, { secret })
    const detail = `${receiver.host} answered ${errcode}: no: …, … keywords not in content`
    expect(attempt).toEqual({ ...expected, detail })
  })
})

describe('WeCom', () => {
  beforeEach(() => {
    receiver.reply = answers({ errcode: 0, errmsg: 'ok' })
  })

  it('gets a text with the numbers it is to call', async () => {
    expect(await send(wecom, {}, noticeOf({ to: '13800138000,+8613900139000' }))).toMatchObject({ result: 'delivered' })
    const [{ msgtype, text }] = sent()
    expect(msgtype).toBe('text')
    expect(text.content).toContain('按下紧急呼救')
    expect(text.mentioned_mobile_list).toEqual(['13800138000', '+8613900139000'])
  })

  it('gets Markdown, which can mention nobody, only where nobody is to be', async () => {
    await send(wecom, { format: 'markdown' }, noticeOf({ to: '', text: '<@all>' }))
    await send(wecom, { format: 'markdown' }, noticeOf({ to: 'all' }))
    const [quiet, loud] = sent()
    expect(quiet.markdown.content).toContain('＜@all＞')
    expect(loud.text.mentioned_mobile_list).toEqual(['@all'])
  })

  it('gets no more bytes than it takes, and no half letter', async () => {
    await send(wecom, {}, noticeOf({ text: '长😀'.repeat(1_000) }))
    const content: string = sent()[0].text.content
    expect(Buffer.byteLength(content)).toBeGreaterThan(2_040)
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2_048)
    expect(content.isWellFormed()).toBe(true)
  })

  it.each([
    [45_009, { result: 'failed', retryAfterMs: 60_000 }],
    [-1, { result: 'failed' }],
    [93_000, { result: 'refused' }],
  ])('that answers %i', async (errcode, expected) => {
    receiver.reply = answers({ errcode, errmsg: 'hint' })
    expect(await send(wecom, {})).toEqual({ ...expected, detail: `${receiver.host} answered ${errcode}: hint` })
  })
})

describe('Feishu', () => {
  beforeEach(() => {
    receiver.reply = answers({ code: 0, msg: 'success' })
  })

  it('gets a text, signed in its body', async () => {
    expect(await send(feishu, { secret }, noticeOf({ to: 'ou_84aad35d' }))).toMatchObject({ result: 'delivered' })
    const timestamp = '1795335330'
    const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64')
    const { title, text, link } = noticeOf()
    const words = `${title}\n${text}\n${link}\n<at user_id="ou_84aad35d"></at>`
    expect(sent()).toEqual([{ timestamp, sign, msg_type: 'text', content: { text: words } }])
  })

  it('mentions nobody because a name says so', async () => {
    await send(feishu, {}, noticeOf({ to: '', text: '<at user_id="all">所有人</at>' }))
    expect(sent()[0].content.text).not.toContain('<at')
    expect(sent()[0]).not.toHaveProperty('sign')
  })

  it('is understood in the words of old robots', async () => {
    receiver.reply = answers({ StatusCode: 0, StatusMessage: 'success' })
    expect(await send(feishu, {})).toMatchObject({ result: 'delivered' })
  })

  it.each([
    [9_499, 200, { result: 'failed', retryAfterMs: 60_000 }],
    [11_232, 400, { result: 'failed', retryAfterMs: 60_000 }],
    [19_021, 200, { result: 'refused' }],
    [19_024, 200, { result: 'refused' }],
  ])('that answers %i with status %i', async (code, status, expected) => {
    receiver.reply = answers({ code, msg: `bad ${token}`, data: {} }, status)
    expect(await send(feishu, {})).toEqual({ ...expected, detail: `${receiver.host} answered ${code}: bad …` })
  })
})

describe.each([
  ['DingTalk', dingtalk],
  ['WeCom', wecom],
  ['Feishu', feishu],
] as [string, Channel<object>][])('%s', (_, channel) => {
  it.each([
    ['no JSON', '<html>'],
    ['a list', '[0]'],
    ['no code', '{"ok":true}'],
    ['a huge answer', JSON.stringify({ errcode: 0, code: 0, more: 'x'.repeat(64 * 1024) })],
  ])('that answers %s is failed', async (_what, body) => {
    receiver.reply = { body }
    const detail = `${receiver.host} answered something else than a robot does`
    expect(await send(channel, {})).toEqual({ result: 'failed', detail })
  })

  it.each([
    [404, 'refused'],
    [429, 'failed'],
    [502, 'failed'],
  ])('with status %i is %s', async (status, result) => {
    receiver.reply = answers({ errcode: 0, code: 0 }, status)
    expect(await send(channel, {})).toEqual({ result, detail: `${receiver.host} answered ${status}` })
  })

  it('that never answers is given up when the time is over', async () => {
    receiver.reply = 'hang'
    const tools = toolsOf()
    const [attempt] = await Promise.all([send(channel, {}, noticeOf(), tools), receiver.next().then(tools.abort)])
    expect(attempt).toEqual({ result: 'failed', detail: `${receiver.host} did not answer in time` })
  })

  it('says that its address is secret, and takes only addresses that it can mention', () => {
    expect(channel.secrets).toContain('url')
    expect([channel.checkAddress(''), channel.checkAddress('all')]).toEqual([undefined, undefined])
    expect(channel.checkAddress('<at user_id="all">')).toBeTypeOf('string')
  })
})
