import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { addSignal, addState, refuse, shown, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1 } from '../payload.ts'
import {
  cryOf,
  type Entry,
  firstOf,
  listen,
  namedIn,
  pushedAt,
  pushSource,
  pushTopics,
  type Row,
  rowsOf,
  takeFields,
} from '../pushes.ts'
import { asBoolean } from '../values.ts'
import { spelled } from '../words.ts'
import { fields, levels } from './fields.ts'

/** iqiangua's (爱牵挂) devices for the home, HA02 to HA10: forms, times as text by China's clocks. */
export const iqiangua: Codec = {
  name: 'iqiangua',
  title: "iqiangua's cloud push, HA02 to HA10",
  topics: pushTopics('iqiangua'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'a state that is a hazard, and its end',
    repeat: 'hazards are states: the first of each counts',
    device: '`imei`',
  },
  urgent: (topic, payload) => mayClaim.test(latin1(payload)) && urgentIfDecoded(iqiangua, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeRow(decoded, row, topic, context)
    // A form is read whatever is broken in it, also where two fields have run into one.
    listen(decoded, payload, cries)
    return decoded
  },
}

const mayClaim = /statu|alarm|\\u|%/i

const cries = levels.flatMap(({ names, signal }) => names.map((name) => cryOf(name, '1', signal)))

function takeRow(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const source = namedIn(row, ['imei']) ?? pushSource(topic)
  const entry: Entry = { context, at: pushedAt(decoded, row.date_str, context), source }
  takeFields(decoded, row, entry, fields)
  for (const { names, signal } of levels) {
    const given = firstOf(row, names)
    const on = asBoolean(given)
    if (on !== undefined) addState(decoded, on, { signal, at: entry.at, ...whose(source) })
    else if (/^1\b/.test(String(given)))
      addState(decoded, true, { signal, at: entry.at, ...whose(source), malformed: true })
  }
  if (row.data_type !== 'devicestatus') takeOther(decoded, row, entry)
}

/** What the page does not describe goes to the dead letters whole, unless it says itself what it is. */
function takeOther(decoded: Decoded, row: Row, { at, source }: Entry): void {
  const signal = spelled(firstOf(row, ['alarm_type', 'alarm']))
  if (signal) addSignal(decoded, { signal, at, ...whose(source) })
  else if (decoded.signals.length === 0) refuse(decoded, 'payload_invalid', `data_type: ${shown(row.data_type)}`)
}
