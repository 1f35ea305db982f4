import { z } from 'zod'
import { type Severity, severities } from './signals.ts'

/** What leaves the house for people and other programs. */

export const channelKinds = [
  'webhook',
  'email',
  'mqtt',
  'dingtalk',
  'wecom',
  'feishu',
  'sms',
  'voice',
  'console',
] as const
export type ChannelKind = (typeof channelKinds)[number]

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

/**
 * Why somebody is told. `call`: a ticket needs an answer; `lapsed`: whoever answered has gone silent; `handed`: it was
 * given to him; `answered`, `closed`: for whom it was called before; `ticket`: a program that follows it is told of a change;
 * `test`: an administrator tries the channel out.
 */
export const noticeReasons = ['call', 'lapsed', 'handed', 'answered', 'closed', 'ticket', 'test'] as const
export type NoticeReason = (typeof noticeReasons)[number]

/**
 * One thing told to one address. `id` is stable over every repeat. `to` is the address in the channel's own form (a phone
 * number, an e-mail address); empty where the channel has but one. `title` is one line, `text` the whole, both in
 * `language`. `link` opens the ticket or acknowledges it; null where the house has no public address. `ticket` is for programs.
 */
export const Notice = z.object({
  id: z.string(),
  reason: z.enum(noticeReasons),
  at: z.string().describe('ISO 8601 UTC with milliseconds'),
  to: z.string(),
  name: z.string().describe('of the person or program; may be empty'),
  language: z.enum(languages),
  title: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  ticket: z
    .object({
      id: z.string(),
      number: z.number().int(),
      state: z.string(),
      kind: z.string(),
      severity: z.enum(severities),
      home: z.string().nullable(),
      area: z.string().nullable(),
      opened_at: z.string(),
    })
    .nullable(),
})
export type Notice = z.infer<typeof Notice>

/** Of notices that wait, the graver goes first. */
export const urgencyOf = (severity: Severity): number => severities.length - severities.indexOf(severity)
