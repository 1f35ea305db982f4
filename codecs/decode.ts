import { type ErrorCode, errorTable } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded, type Refusal } from '../domain/message.ts'
import type { SignalKind } from '../domain/signals.ts'
import { parseTopic } from '../domain/topics.ts'
import { addSignal, refuse } from './build.ts'
import { codecOf, deviceOf } from './codecs.ts'
import { asBuffer } from './payload.ts'
import { claimedIn, foldedText, namedIn, raisedIn } from './words.ts'

/**
 * A journalled message as decoding needs it. `device`: whose the front door found it to be; `refused`: the code with which it
 * refused it.
 */
export type Message = {
  topic: string
  payload: Uint8Array
  receivedAt: number
  retained?: boolean
  device?: string | undefined
  refused?: string | undefined
}

/** What decoding may ask besides: see `DecodeContext`. */
export type Circumstances = Pick<DecodeContext, 'zoneMinutes' | 'learned'>

/**
 * What a message says. Never throws and always gives the same for the same message.
 *
 * A safety signal is looked for twice: by the codec, and again in the bytes wherever the codec could not read them whole
 * or the topic is for signals. What only the second look finds is marked `malformed`.
 *
 * Of a message that the front door refused only the signals stand, with that refusal: it must not write readings, but
 * an SOS in it is heard.
 */
export function decodeRecord(message: Message, circumstances: Circumstances = {}): Decoded {
  const { receivedAt, retained = false } = message
  const decoded = decodeByCodec(message, { ...circumstances, receivedAt, retained })
  salvage(decoded, message.topic, message.payload)
  return message.refused ? onlySignals(decoded, message.refused) : decoded
}

function decodeByCodec({ topic, payload, device }: Message, context: DecodeContext): Decoded {
  const codec = codecOf(topic)
  if (!codec) {
    const decoded = nothingDecoded()
    refuse(decoded, 'topic_unknown', 'no codec takes this topic')
    return decoded
  }
  try {
    const decoded = withShortTexts(codec.decode(topic, payload, context))
    return codec.device ? decoded : { ...decoded, device }
  } catch (error) {
    const decoded = nothingDecoded(deviceOf(topic) ?? device)
    refuse(decoded, 'codec_failed', `${codec.name}: ${error instanceof Error ? error.message : String(error)}`)
    return decoded
  }
}

/** What is kept of a message for long is short: a name of 256 KiB a thousand times over would fill every memory. */
function withShortTexts(decoded: Decoded): Decoded {
  const { learned, announced, statuses } = decoded
  if (learned.length > 0)
    decoded.learned = learned.filter(({ key, value }) => key.length + value.length <= limits.learnedChars)
  for (const one of announced)
    for (const name of ['model', 'category', 'place'] as const)
      if (one[name] !== undefined) one[name] = one[name].slice(0, limits.toldChars)
  for (const one of statuses) if (one.firmware !== undefined) one.firmware = one.firmware.slice(0, limits.toldChars)
  return decoded
}

function onlySignals(decoded: Decoded, code: string): Decoded {
  const known = Object.hasOwn(errorTable, code)
  const refusal: Refusal = {
    code: known ? (code as ErrorCode) : 'internal',
    detail: known ? 'at the front door' : code,
  }
  return { ...nothingDecoded(decoded.device), signals: decoded.signals, refusals: [refusal] }
}

/** Refusals after which the codec has not seen the content of the message, or not all of it. */
const unread = new Set<ErrorCode>([
  'payload_not_json',
  'payload_too_large',
  'payload_too_deep',
  'batch_too_long',
  'topic_unknown',
  'codec_failed',
])

/** The second look: adds the signals that the codec did not find. */
function salvage(decoded: Decoded, topic: string, payload: Uint8Array): void {
  const codec = codecOf(topic)
  if (codec?.isBinary) return
  const isUnread = decoded.refusals.some(({ code }) => unread.has(code))
  const forSignals = parseTopic(topic)?.kind === 'signals'
  const buffer = asBuffer(payload)
  // A codec of another format has read its own words; `signal` is Vigil's.
  if (!isUnread && (codec?.device === undefined || (!forSignals && !buffer.includes('signal')))) return
  const folded = foldedText(buffer)
  const found = new Set<SignalKind>([...claimedIn(folded), ...(isUnread ? raisedIn(folded) : [])])
  // Nothing else is sent to a signals topic, so there a word will do, unless the codec has judged the word itself.
  const isJudged = decoded.refusals.some(({ code }) => code === 'signal_unknown')
  if (forSignals && !isJudged && found.size + decoded.signals.length === 0) {
    for (const kind of namedIn(folded)) found.add(kind)
  }
  for (const { signal } of decoded.signals) found.delete(signal)
  for (const signal of found) addSignal(decoded, { signal, at: undefined, malformed: true })
  if (found.size > 0 && decoded.refusals.length === 0) {
    refuse(decoded, 'payload_invalid', 'a signal stands where none belongs; it was taken all the same')
  }
}
