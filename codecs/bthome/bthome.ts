import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { refuse, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer } from '../payload.ts'
import { longestAdvertisement, parseServiceData } from './service_data.ts'
import { takeServiceData } from './take.ts'

/** BTHome v2 service data as a gateway heard it, one advertisement a message. */

const prefix = 'bthome/'

export const bthome: Codec = {
  name: 'bthome',
  title: 'BTHome v2 advertisements (Shelly BLU, b-parasite and others) that a gateway passes on as they are',
  topics: [`${prefix}+`],
  speaks: 'others',
  source: (topic) => sourceName(topic.slice(prefix.length)),
  about: {
    urgent: 'A button, smoke, gas, carbon monoxide or water; also the end of these.',
    repeat: 'The same packet id within ten seconds.',
    device: 'The MAC address, which is the last level of the topic.',
  },
  isBinary: true,
  urgent: (topic, payload) => urgentIfDecoded(bthome, topic, payload),
  decode,
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const bytes = bytesIn(payload)
  const data = parseServiceData(bytes)
  if (payload.length === 0) refuse(decoded, 'payload_empty', 'no service data')
  else if (!data) refuse(decoded, 'payload_invalid', 'neither bytes nor hexadecimal digits of BTHome v2 service data')
  else {
    if (bytes.length > longestAdvertisement) refuse(decoded, 'payload_invalid', 'longer than an advertisement can be')
    takeServiceData(decoded, data, context)
    const named = bthome.source?.(topic)
    if (data.mac !== undefined && data.mac !== named) warn(decoded, 'identity_conflict', data.mac)
  }
  return decoded
}

/** `40 3A 01` as text; the bytes themselves begin otherwise than a digit does, so that there is no doubt. */
const digits = /^[\s"]*(?:0x)?((?:[0-9a-f]{2}[\s:-]?){1,1650})[\s"]*$/i
/** Room for separators, quotes and line ends. */
const longestText = 3 * longestAdvertisement + 16

function bytesIn(payload: Uint8Array): Uint8Array {
  const found = digits.exec(asBuffer(payload.subarray(0, longestText)).toString('latin1'))?.[1]
  return found === undefined ? payload : Buffer.from(found.replaceAll(/[\s:-]/g, ''), 'hex')
}
