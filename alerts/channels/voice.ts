import type { Language, Notice } from '../../domain/notices.ts'
import type { Channel } from './channel.ts'
import { checkNumber, type GatewaySettings, gatewaySecrets, gatewaySettings, sendByGateway } from './http_gateway.ts'
import { placeholders, type Values, valuesOf } from './template.ts'

/** A call that speaks: nobody can hear a link, and a number is heard digit by digit. */
const spokenPlaceholders = placeholders.filter((name) => name !== 'link')

/** Half a minute of speech; longer, and people hang up. */
const CHARS: Record<Language, number> = { 'zh-CN': 150, en: 400 }

const spelled = (number: string): string => [...number].join(' ')

/** Up to the end of the last sentence that fits; where not even one does, up to the limit. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const head = text.slice(0, most)
  const end = Math.max(...[...head.matchAll(/[。！？]|[.!?](?= )/g)].map(({ index }) => index + 1), 0)
  return (end > 0 ? head.slice(0, end) : head).toWellFormed()
}

/** A text as it is to be spoken: without addresses of pages, and with the ticket's number digit by digit. */
function spoken(text: string, language: Language): string {
  const heard = text
    .replaceAll(/https?:\/\/[\w.~:/?#@!$&'*+,;=%-]+/g, '')
    .replaceAll(/(工单|ticket) ?(\d+)/gi, (_, word, number) => `${word} ${spelled(number)}`)
  return shortened(heard.replaceAll(/\s+/g, ' ').trim(), CHARS[language])
}

function spokenValues(notice: Notice): Values {
  const values = valuesOf(notice)
  const { language } = notice
  return {
    ...values,
    text: spoken(values.text, language),
    title: spoken(values.title, language),
    number: spelled(values.number),
  }
}

export const voice: Channel<GatewaySettings> = {
  settings: gatewaySettings(spokenPlaceholders),
  secrets: gatewaySecrets,
  checkAddress: checkNumber,
  send: (settings, notice, tools) => sendByGateway(settings, spokenValues(notice), tools),
}
