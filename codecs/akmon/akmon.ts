import { type DecodeContext, type Decoded, nothingDecoded, type Position } from '../../domain/message.ts'
import { addFlag, addPosition, addSignal, isHazard, refuse, settle, shown, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1 } from '../payload.ts'
import { positionIn } from '../positions.ts'
import {
  addClears,
  cryOf,
  type Entry,
  type Field,
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
import { type Code, codes } from './codes.ts'

/** akmon's platform for communities: `pushType` says what kind of push it is, `Action` which alarm. */
export const akmon: Codec = {
  name: 'akmon',
  title: "akmon's community platform push",
  topics: pushTopics('akmon'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'pushType 1, or an Action that is an alarm',
    repeat: 'the same device, Action and time',
    device: 'the IMEI or device number',
  },
  urgent: (topic, payload) => /action|pushtype|\\u|%/i.test(latin1(payload)) && urgentIfDecoded(akmon, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeRow(decoded, row, topic, context)
    return decoded
  },
}

/** `H` and the like come beside each other, each only where it was measured. */
const vitals: readonly Field[] = [
  { names: ['H'], metric: 'heart_rate' },
  { names: ['O'], metric: 'spo2' },
  { names: ['W'], metric: 'body_temperature' },
  { names: ['X'], metric: 'systolic' },
  { names: ['Y'], metric: 'diastolic' },
]

const cries = [
  cryOf('pushtype', '1', 'sos'),
  ...Object.entries(codes).flatMap(([code, { signal }]) => (signal ? [cryOf('action', code, signal)] : [])),
]

const names = ['imei', 'Imei', 'IMEI', 'deviceId', 'DeviceId', 'deviceNum', 'sn', 'SN'] as const
const times = ['time', 'Time', 'timestamp', 'Timestamp', 'createTime', 'CreateTime'] as const

function takeRow(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const source = namedIn(row, names) ?? pushSource(topic)
  const entry: Entry = { context, at: pushedAt(decoded, firstOf(row, times), context), source }
  const pushType = String(firstOf(row, ['pushType', 'PushType']) ?? '')
  const action = firstOf(row, ['Action', 'action'])
  takeFields(decoded, row, entry, vitals)
  const position = placeOf(row)
  if (position) addPosition(decoded, position, settle(entry.at, context.receivedAt), source)
  const code = action === undefined ? undefined : codeOf(String(action))
  if (code) takeCode(decoded, row, { ...entry, code, action: String(action), position })
  if (pushType === '1' && code?.signal !== 'sos')
    addAlarm(decoded, { ...entry, code: { about: 'SOS', signal: 'sos' }, action: 'SOS', position })
  if (action !== undefined && !code && pushType !== '1') refuse(decoded, 'payload_invalid', `Action: ${shown(action)}`)
  if (action === undefined && !['1', '2', '3'].includes(pushType))
    refuse(decoded, 'payload_invalid', `pushType: ${shown(pushType)}`)
}

const codeOf = (action: string): Code | undefined => (Object.hasOwn(codes, action) ? codes[action] : undefined)

type Alarm = Entry & { code: Code; action: string; position: Position | undefined }

function takeCode(decoded: Decoded, row: Row, alarm: Alarm): void {
  const { code, action, at, context, source } = alarm
  if (code.signal || code.press) addAlarm(decoded, alarm)
  if (code.press) addFlag(decoded, 'button', true, settle(at, context.receivedAt), source)
  if (code.metric) addFlag(decoded, code.metric, code.value !== 0, settle(at, context.receivedAt), source)
  addClears(decoded, code.clears ?? [], alarm)
  const online = asNumber(firstOf(row, ['OL', 'ol']))
  if (action === '-1' && online !== undefined) decoded.statuses.push({ online: online === 1, ...whose(source) })
}

function addAlarm(decoded: Decoded, { code, action, at, context, source, position }: Alarm): void {
  const key = at === undefined ? {} : { key: { id: `${action}:${at}`, withinMs: dayMs } }
  const { press, test, confidence, signal = 'sos' } = code
  const more = { ...(press && { press }), ...(test && { test }), ...(confidence !== undefined && { confidence }) }
  addSignal(decoded, { signal, at, ...more, ...whose(source), ...key, ...(position && { position }) })
  if (isHazard(signal)) addFlag(decoded, signal, true, settle(at, context.receivedAt), source)
}

/** The page names no datum, so it is told without one. */
function placeOf(row: Row): Position | undefined {
  const [lat, lon] = [
    ['lat', 'Lat', 'latitude'],
    ['lng', 'Lng', 'lon', 'longitude'],
  ].map((some) => asNumber(firstOf(row, some)))
  return positionIn(undefined, lat, lon)
}
