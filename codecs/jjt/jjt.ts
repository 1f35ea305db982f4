import { type DecodeContext, type Decoded, nothingDecoded, type Position } from '../../domain/message.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { addFlag, addPosition, addSignal, refuse, settle, shown, warn, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1 } from '../payload.ts'
import { positionIn } from '../positions.ts'
import {
  cryOf,
  type Entry,
  firstOf,
  namedIn,
  pushedAt,
  pushSource,
  pushTopics,
  type Row,
  rowsOf,
  takeFields,
} from '../pushes.ts'
import { dayMs } from '../times.ts'
import { asNumber } from '../values.ts'
import { fields, receipts } from './fields.ts'

/** JJT watches' cloud (showdoc, JJTDevice): one JSON object a push, milliseconds, places in BD-09. */
export const jjt: Codec = {
  name: 'jjt',
  title: "JJT watches' cloud push",
  topics: pushTopics('jjt'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'type alarm or heartAlarm',
    repeat: 'the same device, type and createTime',
    device: '`deviceNum`',
  },
  urgent: (topic, payload) => latin1(payload).toLowerCase().includes('alarm') && urgentIfDecoded(jjt, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeRow(decoded, row, topic, context)
    return decoded
  },
}

const alarms: Record<string, SignalKind> = { alarm: 'sos', heartAlarm: 'vital_sign' }

const cries = Object.entries(alarms).map(([type, signal]) => cryOf('type', type.toLowerCase(), signal))

function takeRow(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const { type } = row
  const source = namedIn(row, ['deviceNum', 'imei']) ?? pushSource(topic)
  const at = pushedAt(decoded, row.createTime, context)
  const entry: Entry = { context, at, source }
  if (typeof type !== 'string' || (!fields[type] && !receipts.has(type))) {
    refuse(decoded, 'payload_invalid', `type: ${shown(type)}`)
    return
  }
  const position = placeOf(decoded, row)
  if (position) addPosition(decoded, position, settle(at, context.receivedAt), source)
  takeFields(decoded, row, entry, fields[type] ?? [])
  if (type === 'online' || type === 'offline') decoded.statuses.push({ online: type === 'online', ...whose(source) })
  if (type === 'lowBattery') addFlag(decoded, 'battery_low', true, settle(at, context.receivedAt), source)
  const signal = Object.hasOwn(alarms, type) ? alarms[type] : undefined
  if (!signal) return
  const key =
    row.createTime === undefined
      ? {}
      : { key: { id: `${type}:${String(row.createTime).slice(0, 40)}`, withinMs: dayMs } }
  addSignal(decoded, { signal, at, ...whose(source), ...key, ...(position && { position }) })
}

function placeOf(decoded: Decoded, row: Row): Position | undefined {
  const lat = asNumber(firstOf(row, ['lat', 'latitude']))
  const lon = asNumber(firstOf(row, ['lng', 'lon', 'longitude']))
  if (lat === undefined && lon === undefined) return undefined
  const position = positionIn('BD09', lat, lon)
  if (!position) return warn(decoded, 'no_reading', 'position')
  warn(decoded, 'datum_converted', 'BD-09')
  return position
}
