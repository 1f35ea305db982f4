import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Channel } from './channel.ts'
import { checkMobiles, Keyword, markdownOf, messageOf, mobilesOf, postToRobot, robotSettings } from './robot.ts'

/** The custom robot of a DingTalk (钉钉) group: https://open.dingtalk.com/document/robots/custom-robot-access */

const Settings = z.strictObject({
  ...robotSettings,
  secret: z.string().min(1).optional().describe('where the robot asks for signatures (加签)'),
  keyword: Keyword.describe('where the robot takes only messages with this word (自定义关键词)'),
  format: z.enum(['text', 'markdown']).default('text'),
})
export type DingtalkSettings = z.infer<typeof Settings>

/** 130101, 410100 and 90030: too many messages; -1: the service is busy. The rest, 310000 above all, is a matter of the settings. */
const codes = { code: ['errcode'], said: ['errmsg'], rate: [130_101, 410_100, 90_030], busy: [-1] }

/** `at`: epoch ms. The signature is over the time alone, so it stands in the query beside the token. */
function signedUrl({ url, secret }: DingtalkSettings, at: number): string {
  if (secret === undefined) return url
  const signed = new URL(url)
  signed.searchParams.set('timestamp', String(at))
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${at}\n${secret}`).digest('base64'))
  return signed.href
}

/** A mobile number is only mentioned where the text has it behind an `@`. */
function withMentions(text: string, { all, mobiles }: ReturnType<typeof mobilesOf>): string {
  const names = all ? ['@所有人'] : mobiles.map((mobile) => `@${mobile}`)
  return [text, ...(names.length > 0 ? [names.join(' ')] : [])].join('\n')
}

function bodyOf({ format, keyword }: DingtalkSettings, notice: Notice): object {
  const who = mobilesOf(notice.to)
  const at = { atMobiles: who.mobiles, isAtAll: who.all }
  if (format === 'text')
    return { msgtype: 'text', text: { content: withMentions(messageOf(notice, keyword), who) }, at }
  const text = withMentions(markdownOf(notice, keyword), who)
  return { msgtype: 'markdown', markdown: { title: notice.title, text }, at }
}

export const dingtalk: Channel<DingtalkSettings> = {
  settings: Settings,
  secrets: ['url', 'secret'],
  checkAddress: checkMobiles,
  send(settings, notice, tools) {
    const url = signedUrl(settings, tools.clock.now())
    return postToRobot({ url, secret: settings.secret, notice, body: bodyOf(settings, notice), codes }, tools)
  },
}
