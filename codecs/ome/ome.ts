import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { addSignal, refuse, shown, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeKey } from '../keys.ts'
import { latin1 } from '../payload.ts'
import { cryOf, firstOf, namedIn, pushedAt, pushSource, pushTopics, type Row, rowsOf } from '../pushes.ts'
import { asNumber, isAbsent } from '../values.ts'
import { alarms } from './alarms.ts'

/** Ome's radars: a list of what all of them saw, every 5 to 15 s. */
export const ome: Codec = {
  name: 'ome',
  title: "Ome radars' push",
  topics: pushTopics('ome'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'alarmType 14 (fall)',
    repeat: 'the alarm is a state that each push repeats: its first counts',
    device: '`mac`, or `sn` where there is none',
  },
  urgent: (topic, payload) => /alarmtype|\\u|%/i.test(latin1(payload)) && urgentIfDecoded(ome, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeRow(decoded, row, topic, context)
    return decoded
  },
}

const cries = Object.entries(alarms).map(([type, signal]) => cryOf('alarmtype', type, signal))

/** The page lists what it sends beside the alarm by names that radars commonly have. */
function takeRow(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const source = namedIn(row, ['mac', 'sn']) ?? pushSource(topic)
  const time = firstOf(row, ['timestamp', 'time', 'createTime'])
  const at = pushedAt(decoded, time, context)
  for (const [name, value] of Object.entries(row))
    if (name !== 'alarmType') takeKey(decoded, name, value, { receivedAt: context.receivedAt, deviceAt: at, source })
  const type = row.alarmType
  if (isAbsent(type) || asNumber(type) === 0) return
  const signal = Object.hasOwn(alarms, String(type)) ? alarms[String(type)] : undefined
  if (signal) addSignal(decoded, { signal, at, level: true, ...whose(source) })
  else refuse(decoded, 'payload_invalid', `alarmType: ${shown(type)}`)
}
