import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addReading, quoted, refuse, settle, warn } from '../build.ts'
import { hexOrBytes } from '../bytes.ts'
import type { Codec } from '../codec.ts'
import { zoneless } from '../times.ts'
import { withoutNoise } from '../values.ts'
import { characteristics, readCharacteristic } from './characteristics.ts'

/** Values of Bluetooth's health characteristics, as a gateway was notified of them. */

/** No characteristic is longer (Bluetooth Core 5.4, vol. 3 F 3.2.9). */
const longestValue = 512

export const gatt: Codec = {
  name: 'gatt',
  title: 'Bluetooth health characteristics (heart rate, blood pressure, thermometer, oximeter) by a gateway',
  topics: ['gatt/+/+'],
  speaks: 'others',
  source: (topic) => sourceName(topic.split('/')[1] ?? ''),
  about: {
    urgent: 'nothing: the characteristics are measurements',
    repeat: 'the same metric at the same time overwrites itself',
    device: 'the MAC address, which is the second level of the topic',
  },
  isBinary: true,
  urgent: () => false,
  decode,
}

/** `2A37`, `0x2A37`, or the whole UUID on Bluetooth's base. */
const uuid = /^(?:0x|0000)?([0-9a-f]{4})(?:-0000-1000-8000-00805f9b34fb)?$/i

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const named = topic.split('/')[2] ?? ''
  const read = characteristics.get(uuid.exec(named)?.[1]?.toLowerCase() ?? '')
  if (!read) refuse(decoded, 'payload_invalid', `no characteristic that is known: ${quoted(named)}`)
  else if (payload.length === 0) refuse(decoded, 'payload_empty', 'no bytes')
  else take(decoded, readCharacteristic(read, hexOrBytes(payload, longestValue)), context)
  return decoded
}

function take(decoded: Decoded, measured: ReturnType<typeof readCharacteristic>, context: DecodeContext): void {
  if (!measured) {
    refuse(decoded, 'payload_invalid', 'the value ends too soon')
    return
  }
  const { values, clock, converted } = measured
  const at = settle(zoneless(decoded, clock, context), context.receivedAt)
  if (converted !== undefined) warn(decoded, 'unit_converted', converted)
  for (const [metric, value] of values) {
    if (value === undefined) warn(decoded, 'no_reading', metric)
    else addReading(decoded, metric, withoutNoise(value), at)
  }
}
