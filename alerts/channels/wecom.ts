import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Channel } from './channel.ts'
import { checkMobiles, markdownOf, messageOf, mobilesOf, plainWords, postToRobot, robotSettings } from './robot.ts'

/** The robot of a WeCom (企业微信) group: https://developer.work.weixin.qq.com/document/path/91770 */

const Settings = z.strictObject({ ...robotSettings, format: z.enum(['text', 'markdown']).default('text') })
export type WecomSettings = z.infer<typeof Settings>

/** 45009 and 45033: too many messages; -1: the service is busy. */
const codes = { code: ['errcode'], said: ['errmsg'], rate: [45_009, 45_033], busy: [-1] }

/** What WeCom takes of each, in bytes of UTF-8; longer is refused whole. */
const TEXT_BYTES = 2_048
const MARKDOWN_BYTES = 4_096

function cutTo(bytes: number, text: string): string {
  // Takes whole letters only.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes))
  return text.slice(0, read)
}

/** Only a text can mention mobile numbers; Markdown with mentions is therefore sent as text. */
function bodyOf({ format }: WecomSettings, notice: Notice): object {
  const { all, mobiles } = mobilesOf(notice.to)
  const mentioned = all ? ['@all'] : mobiles
  if (format === 'markdown' && mentioned.length === 0)
    return { msgtype: 'markdown', markdown: { content: cutTo(MARKDOWN_BYTES, markdownOf(notice)) } }
  const { title, text } = notice
  const content = cutTo(TEXT_BYTES, messageOf({ ...notice, title: plainWords(title), text: plainWords(text) }))
  return { msgtype: 'text', text: { content, mentioned_mobile_list: mentioned } }
}

export const wecom: Channel<WecomSettings> = {
  settings: Settings,
  secrets: ['url'],
  checkAddress: checkMobiles,
  send: ({ url, format }, notice, tools) =>
    postToRobot({ url, notice, body: bodyOf({ url, format }, notice), codes }, tools),
}
