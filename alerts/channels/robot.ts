import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Attempt, Tools } from './channel.ts'
import { secretsOf, told } from './failures.ts'
import { type Answer, exchange, HttpUrl, headerSafe, isSuccess, statusVerdict } from './http.ts'

/** What the robots of group chats (DingTalk, WeCom, Feishu) have in common: JSON to one address, and a code in the answer. */

/** The address holds the robot's token or key, so all of it is secret. */
export const robotSettings = { url: HttpUrl.describe('of the robot, with its token or key') }

/** Added where a group takes only what contains a word of its own. */
export const Keyword = z.string().trim().min(1).max(50).optional()

/** Robots let some twenty messages a minute through; whoever asks again sooner is shut out for longer. */
const RATE_LIMIT_MS = 60_000

/** What the codes of a service mean; any other is a refusal. `said`: where the service puts its own words. */
export type Codes = {
  code: readonly string[]
  said: readonly string[]
  rate: readonly number[]
  busy: readonly number[]
}

/** `secret`: whatever else no detail may repeat. */
export type RobotPost = { url: string; secret?: string; notice: Notice; body: object; codes: Codes }

/** Posts to a robot. Robots have no place for an id: a header carries it, and people know a repeat by the ticket's number. */
export function postToRobot({ url, secret, notice, body, codes }: RobotPost, tools: Tools): Promise<Attempt> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'vigil', 'vigil-id': headerSafe(notice.id) }
  const request = { method: 'POST', url, headers, body: JSON.stringify(body) }
  return exchange(request, tools, async (answer) => {
    if (answer.status >= 500) return statusVerdict(answer)
    return judge(answer, await jsonOf(answer), codes, [...secretsOf(url), secret])
  })
}

async function jsonOf(answer: Answer): Promise<Record<string, unknown> | undefined> {
  const text = await answer.text()
  if (text === undefined) return undefined
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

type Fields = Record<string, unknown> | undefined

/** The code says more than the status: a rate limit may come as 400. */
function judge(answer: Answer, fields: Fields, codes: Codes, secrets: (string | undefined)[]): Attempt {
  const { host } = answer
  const code = codes.code.map((name) => fields?.[name]).find((value) => typeof value === 'number')
  if (!isSuccess(answer) && !code) return statusVerdict(answer)
  if (code === undefined) return { result: 'failed', detail: `${host} answered something else than a robot does` }
  if (code === 0) return { result: 'delivered', detail: `${host} took it` }
  const said = codes.said.map((name) => fields?.[name]).find((value) => typeof value === 'string')
  const detail = `${host} answered ${code}${said ? `: ${told(said, secrets)}` : ''}`
  if (codes.rate.includes(code)) return { result: 'failed', detail, retryAfterMs: RATE_LIMIT_MS }
  return { result: codes.busy.includes(code) ? 'failed' : 'refused', detail }
}

/** The whole message: title, text, link, and the group's word where it is not in it yet. */
export function messageOf({ title, text, link }: Notice, keyword?: string): string {
  const lines = [title, text, link].filter((line) => line)
  const whole = lines.join('\n')
  return keyword && !whole.includes(keyword) ? `${whole}\n${keyword}` : whole
}

/** Marks of Markdown and of mentions, by look-alikes that no dialect of it takes for marks. */
const lookAlikes: Record<string, string> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '*': '＊',
  _: '＿',
  '`': '｀',
}

/** Words that people typed, such as a name, so that they are only words: no link, no mention of everybody. */
export const plainWords = (text: string): string => text.replaceAll(/[<>[\]*_`]/g, (mark) => lookAlikes[mark] ?? mark)

/** A message in Markdown: bold title, text, and the link under a word of its own. */
export function markdownOf({ title, text, link, language }: Notice, keyword?: string): string {
  const open = language === 'zh-CN' ? '查看工单' : 'Open the ticket'
  const lines = [`**${plainWords(title)}**`, plainWords(text), ...(link === null ? [] : [`[${open}](${link})`])]
  const whole = lines.join('\n\n')
  return keyword && !whole.includes(keyword) ? `${whole}\n\n${plainWords(keyword)}` : whole
}

/** Who is mentioned in a group of DingTalk or WeCom: `all`, or mobile numbers with commas between; nobody where empty. */
const mentions = /^(all|\+?\d{5,20}(,\+?\d{5,20})*)?$/

export const checkMobiles = (to: string): string | undefined =>
  mentions.test(to) ? undefined : 'must be empty, "all", or mobile numbers with commas between them'

/** `to` -> the mobile numbers to mention, and whether everybody is. */
export function mobilesOf(to: string): { all: boolean; mobiles: string[] } {
  if (to === 'all') return { all: true, mobiles: [] }
  return { all: false, mobiles: to === '' ? [] : to.split(',') }
}
