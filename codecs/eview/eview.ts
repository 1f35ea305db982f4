import type { DecodeContext, Decoded } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { attribute, refuse, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeBattery, takeRecords } from './binary.ts'
import { eviewStart, eviewTypes, parseEviewFrame } from './frame.ts'
import { isEviewText, takeText } from './text.ts'

/** Eview's pendants, one raw frame a message, as `vigil gsm` publishes them: the binary protocol and the older text. */

const prefix = 'gsm/eview/'
const nobody = 'unknown'

export const eview: Codec = {
  name: 'eview',
  title: 'Eview pendants EV-04, EV-07 and EV-07B (MiniFinder Pico, Nano and their kin)',
  topics: [`${prefix}+`],
  speaks: 'others',
  source: (topic) => (topic === prefix + nobody ? undefined : sourceName(topic.slice(prefix.length))),
  about: {
    urgent: 'an alarm word with SOS, fall, a side button or a fence in it',
    repeat: 'the same alarm word with the same time of the pendant within a day',
    device: 'the IMEI, which is the last level of the topic',
  },
  isBinary: true,
  urgent: (topic, payload) => urgentIfDecoded(eview, topic, payload),
  decode,
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  if (payload[0] === eviewStart) takeBinary(decoded, topic, payload, context)
  else if (isEviewText(payload)) takeText(decoded, payload, context)
  else refuse(decoded, payload.length === 0 ? 'payload_empty' : 'payload_invalid', 'neither 0xAB nor ! begins it')
  return decoded
}

function takeBinary(decoded: Decoded, topic: string, payload: Uint8Array, context: DecodeContext): void {
  const frame = parseEviewFrame(payload)
  if (!frame) {
    refuse(decoded, 'payload_invalid', 'the frame ends within its header')
    return
  }
  const named = eview.source?.(topic)
  const { imei, isWhole, type, records } = frame
  if (!isWhole) refuse(decoded, 'payload_invalid', 'length or checksum is wrong; only its alarms were taken')
  if (type === eviewTypes.data || type === eviewTypes.services) takeRecords(decoded, records, context, isWhole)
  else if (type === eviewTypes.configuration && isWhole) takeBattery(decoded, records, context)
  else if (isWhole && !Object.values(eviewTypes).includes(type))
    refuse(decoded, 'payload_invalid', `no type that is known: ${type}`)
  if (imei !== undefined && named !== undefined && named !== imei) warn(decoded, 'identity_conflict', imei)
  if (imei !== undefined && named === undefined) attribute(decoded, imei)
}
