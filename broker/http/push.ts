import type { IncomingMessage } from 'node:http'
import { codecOf, codecs } from '../../codecs/codecs.ts'
import { decodeRecord } from '../../codecs/decode.ts'
import { VigilError } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import type { JournalRecord } from '../../journal/journal.ts'

/**
 * What clouds push in their own formats: `/api/v1/push/{codec}[/{rest}][?event=…]`, journalled as it came under
 * `push/{codec}[/{rest}][/{event}]`.
 */

/** `body` as text goes out as it is, else as JSON. */
export type Answer = { status: number; body: unknown; type?: string }

const prefix = '/api/v1/push/'
const nameOf = /^[A-Za-z0-9_.-]{1,64}$/

/** What no level of a topic may hold: wildcards and control characters. */
const unfit = /[+#\p{Cc}]/gu

/**
 * The topic under which a request is journalled; undefined where it is no push. FHIR's clients update by PUT, so both count.
 * Of the query only `event` is in it: the rest may be secret. What is longer than any topic may be is cut behind that length.
 */
export function pushedTopic({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): string | undefined {
  if ((method !== 'POST' && method !== 'PUT') || !url.startsWith(prefix)) return undefined
  const { path, query } = partsOf(url)
  const [name = '', ...rest] = path.slice(prefix.length).split('/').map(decoded)
  if (!nameOf.test(name)) return undefined
  const levels = [name, ...rest, query.get('event') ?? ''].filter((level) => level !== '')
  return `push/${levels.join('/').replaceAll(unfit, '_')}`.slice(0, limits.topicBytes + 1)
}

function partsOf(url: string): { path: string; query: URLSearchParams } {
  const at = url.indexOf('?')
  return at < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) }
}

function decoded(level: string): string {
  try {
    return decodeURIComponent(level)
  } catch {
    return level
  }
}

/**
 * The token of a push: the bearer token, the password of Basic, or `?token=`, for many clouds can be given an address and
 * nothing else.
 */
export function pushToken({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, scheme, value = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
  if (scheme === undefined) return partsOf(url).query.get('token') ?? undefined
  if (scheme.toLowerCase() === 'bearer') return value
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/**
 * What a push is answered. It is durable by now, and what its codec refused in it would be refused again: so that the cloud
 * does not send it for ever, that is no error of the request. An error is what sending it otherwise would mend: a codec that
 * is not there, and a device that is not this account's.
 */
export function pushVerdict(record: JournalRecord): Answer {
  const codec = codecOf(record.topic)
  if (!codec || record.refused === 'topic_unknown') throw new VigilError('codec_unknown', helpFor(record.topic))
  if (record.refused === 'topic_foreign') throw new VigilError('topic_foreign')
  if (codec.answer) return { status: 200, ...codec.answer }
  const { refusals } = decodeRecord(record)
  return { status: 202, body: refusals.length > 0 ? { accepted: true, refusals } : { accepted: true } }
}

function helpFor(topic: string): string {
  const name = topic.split('/')[1] ?? ''
  return codecs.some((codec) => codec.name === name) ? `${name} does not take this path` : `no codec ${name}`
}
