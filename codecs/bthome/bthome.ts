import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { refuse, warn } from '../build.ts'
import { hexOrBytes } from '../bytes.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
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
    urgent: 'a button, smoke, gas, carbon monoxide or water; also the end of these',
    repeat: 'the same packet id within ten seconds',
    device: 'the MAC address, which is the last level of the topic',
  },
  isBinary: true,
  urgent: (topic, payload) => urgentIfDecoded(bthome, topic, payload),
  decode,
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  // The digits 4 and 5 of a text are no version of it as bytes, so that there is no doubt.
  const bytes = hexOrBytes(payload, longestAdvertisement)
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
