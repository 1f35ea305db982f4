import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Channel } from './channel.ts'
import { Keyword, messageOf, plainWords, postToRobot, robotSettings } from './robot.ts'

/** The custom robot of a Feishu (飞书) group: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */

const Settings = z.strictObject({
  ...robotSettings,
  secret: z.string().min(1).optional().describe('where the robot checks signatures (签名校验)'),
  keyword: Keyword.describe('where the robot takes only messages with this word (自定义关键词)'),
})
export type FeishuSettings = z.infer<typeof Settings>

/**
 * 9499 and 11232: too many messages; -1: the service is busy. 19021 (signature, or a clock that is an hour off), 19022
 * (address not allowed) and 19024 (keyword) are matters of the settings. Old robots answer `StatusCode`.
 */
const codes = { code: ['code', 'StatusCode'], said: ['msg', 'StatusMessage'], rate: [9_499, 11_232], busy: [-1] }

/** `at`: epoch ms. Feishu signs nothing, with the time and the secret as the key. */
function signed(secret: string | undefined, at: number): object {
  if (secret === undefined) return {}
  const timestamp = String(Math.floor(at / 1_000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') }
}

/** The mention goes last, after words that can no longer contain one. */
function contentOf(notice: Notice, keyword: string | undefined): string {
  const words = messageOf({ ...notice, title: plainWords(notice.title), text: plainWords(notice.text) }, keyword)
  return notice.to === '' ? words : `${words}\n<at user_id="${notice.to}"></at>`
}

export const feishu: Channel<FeishuSettings> = {
  settings: Settings,
  secrets: ['url', 'secret'],
  checkAddress: (to) =>
    /^([\w-]{1,64})?$/.test(to) ? undefined : 'must be empty, "all", or the Open ID (ou_…) of who is mentioned',
  send({ url, secret, keyword }, notice, tools) {
    const content = { text: contentOf(notice, keyword) }
    const body = { ...signed(secret, tools.clock.now()), msg_type: 'text', content }
    return postToRobot({ url, secret, notice, body, codes }, tools)
  },
}
