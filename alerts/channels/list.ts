import type { z } from 'zod'
import type { ChannelKind, Notice } from '../../domain/notices.ts'
import type { Attempt, Channel, Tools } from './channel.ts'
import { dingtalk } from './dingtalk.ts'
import { email } from './email.ts'
import { told } from './failures.ts'
import { feishu } from './feishu.ts'
import { mqtt } from './mqtt.ts'
import { sms } from './sms.ts'
import { voice } from './voice.ts'
import { webhook } from './webhook.ts'
import { wecom } from './wecom.ts'

/** A channel whatever its settings are: they are checked on the way in, and `refused` where they are wrong. */
export type AnyChannel = {
  settings: z.ZodType
  secrets: readonly string[]
  checkAddress(to: string): string | undefined
  send(settings: unknown, notice: Notice, tools: Tools): Promise<Attempt>
}

/** For a table in which channels of different settings stand side by side. */
export function anyChannel<S>(channel: Channel<S>): AnyChannel {
  return {
    settings: channel.settings,
    secrets: channel.secrets,
    checkAddress: (to) => channel.checkAddress(to),
    async send(settings, notice, tools) {
      const checked = channel.settings.safeParse(settings)
      if (checked.success) return channel.send(checked.data, notice, tools)
      // Names of settings only: a message may quote a value.
      const names = new Set(checked.error.issues.map(({ path }) => path.join('.') || 'all of them'))
      return { result: 'refused', detail: `settings that are wrong: ${told([...names].join(', '))}` }
    },
  }
}

/** Every way out of the house but the console, which is in it. */
export const channels: Record<Exclude<ChannelKind, 'console'>, AnyChannel> = {
  webhook: anyChannel(webhook),
  email: anyChannel(email),
  mqtt: anyChannel(mqtt),
  dingtalk: anyChannel(dingtalk),
  wecom: anyChannel(wecom),
  feishu: anyChannel(feishu),
  sms: anyChannel(sms),
  voice: anyChannel(voice),
}
