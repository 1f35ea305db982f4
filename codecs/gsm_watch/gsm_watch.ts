import type { DecodeContext, Decoded } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addReading, addSignal, quoted, refuse, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeMeasured } from '../measured.ts'
import { asBuffer, latin1 } from '../payload.ts'
import { asNumber } from '../values.ts'
import { quiet, vitals } from './fields.ts'
import { parseWatchFrame, type WatchFrame } from './frame.ts'
import { takeReport } from './report.ts'

/** The cheap GSM elder and child watches, one raw frame a message, as `vigil gsm` publishes them. */

const prefix = 'gsm/watch/'
/** Where the gateway could not tell whose a frame is. */
const nobody = 'unknown'

export const gsmWatch: Codec = {
  name: 'gsm_watch',
  title: 'GSM elder watches of the [3G*…] protocol (Setracker, Beesure and their kin)',
  topics: [`${prefix}+`],
  speaks: 'others',
  source: (topic) => (topic === prefix + nobody ? undefined : sourceName(topic.slice(prefix.length))),
  about: {
    urgent: 'an AL frame, and any report whose status word has an alarm of a person in it',
    repeat: 'the same alarm with the same time of the watch within ten minutes',
    device: 'the id of the frame, which is the last level of the topic',
  },
  isBinary: true,
  urgent: (topic, payload) => mayReport(payload) && urgentIfDecoded(gsmWatch, topic, payload),
  decode,
}

const mayReport = (payload: Uint8Array): boolean =>
  ['*AL', '*UD', '*WT'].some((type) => asBuffer(payload).includes(type))

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const frame = parseWatchFrame(payload)
  if (!frame) salvage(decoded, payload)
  else {
    checkFrame(decoded, frame, topic)
    takeFrame(decoded, frame, context)
    if (gsmWatch.source?.(topic) === undefined) nameAll(decoded, sourceName(frame.id))
  }
  return decoded
}

function checkFrame(decoded: Decoded, frame: WatchFrame, topic: string): void {
  const named = gsmWatch.source?.(topic)
  if (!frame.isWhole) refuse(decoded, 'payload_invalid', 'the frame is not closed; what could be read was taken')
  else if (frame.isLengthWrong) warn(decoded, 'length_wrong', frame.type)
  if (named !== undefined && named !== sourceName(frame.id)) warn(decoded, 'identity_conflict', frame.id)
}

function takeFrame(decoded: Decoded, frame: WatchFrame, context: DecodeContext): void {
  const type = frame.type.toUpperCase()
  if (/^(?:UD|AL|WT)/.test(frame.type)) takeReport(decoded, frame, context)
  else if (type === 'LK') takeKeepAlive(decoded, frame.fields, context)
  else if (vitals[type]) takeVitals(decoded, type, frame.fields, context)
  else if (!quiet.has(type)) refuse(decoded, 'payload_invalid', `no type that is known: ${quoted(frame.type)}`)
}

/** `LK,steps,tumbles,battery`; a bare `LK` only keeps the line. */
function takeKeepAlive(decoded: Decoded, fields: string[], { receivedAt }: DecodeContext): void {
  if (fields.length < 3) return
  for (const [metric, text] of [['steps', fields[0]] as const, ['battery', fields[2]] as const]) {
    const value = asNumber(text)
    if (value === undefined) warn(decoded, 'field_broken', metric)
    else addReading(decoded, metric, value, receivedAt)
  }
}

/** They carry no time. */
function takeVitals(decoded: Decoded, type: string, fields: string[], { receivedAt }: DecodeContext): void {
  const isMeasured = type !== 'BTEMP2' || (asNumber(fields[0]) ?? 0) > 0
  for (const [i, metric] of vitals[type]!.entries()) {
    const text = fields[i]
    if (metric === null || text === undefined || text.trim() === '') continue
    takeMeasured(decoded, metric, isMeasured ? text : 0, { at: receivedAt })
  }
}

const alarm = /[0-9A-Fa-f]\*AL(?=[_,\]A-Z0-9]|$)/

/** What has no header that can be read: an alarm's type behind a length is heard all the same. */
function salvage(decoded: Decoded, payload: Uint8Array): void {
  refuse(decoded, payload.length === 0 ? 'payload_empty' : 'payload_invalid', 'no [maker*id*length*…] frame')
  if (alarm.test(latin1(payload))) addSignal(decoded, { signal: 'sos', at: undefined, malformed: true })
}

/** The topic names nobody, so that the frame's own id counts. */
function nameAll({ readings, signals, clears }: Decoded, source: string): void {
  for (const one of [...readings, ...signals, ...clears]) one.source = source
}
