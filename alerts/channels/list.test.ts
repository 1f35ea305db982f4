import { describe, expect, it } from 'vitest'
import { channelKinds } from '../../domain/notices.ts'
import { channels } from './list.ts'
import { noticeOf, startHttpReceiver, toolsOf } from './test_receivers.ts'

describe('the table of channels', () => {
  it('has every kind but the console', () => {
    expect(Object.keys(channels).sort()).toEqual(channelKinds.filter((kind) => kind !== 'console').sort())
  })

  it.each(Object.entries(channels))('%s names its secrets, and refuses settings that are none', async (_, channel) => {
    expect(channel.secrets.length).toBeGreaterThan(0)
    expect(channel.settings.safeParse({}).success).toBe(false)
    const attempt = await channel.send({ url: 'http://127.0.0.1/?key=geheim', bogus: 1 }, noticeOf(), toolsOf())
    expect(attempt).toMatchObject({ result: 'refused', detail: expect.stringMatching(/^settings that are wrong: /) })
    expect(attempt.detail).not.toContain('geheim')
  })

  it('fills in what was left out of the settings', async () => {
    const receiver = await startHttpReceiver()
    receiver.reply = { body: '{"errcode":0}' }
    expect(await channels.dingtalk.send({ url: receiver.url }, noticeOf(), toolsOf())).toMatchObject({
      result: 'delivered',
    })
    expect(JSON.parse(receiver.received[0]?.body ?? '').msgtype).toBe('text')
    await receiver.close()
  })
})
