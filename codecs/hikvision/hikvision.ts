import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { addState, isRecord, refuse, shown, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1 } from '../payload.ts'
import { cryOf, type Entry, firstOf, namedIn, pushSource, pushTopics, type Row, rowsOf, takeFields } from '../pushes.ts'
import { dayMs, instantOf, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import { subjects } from './fields.ts'

/** Hikvision's ISAPI events of vital signs (`signAbnormal`), as its devices and platforms post them. */
export const hikvision: Codec = {
  name: 'hikvision',
  title: "Hikvision's ISAPI event push (signAbnormal)",
  topics: pushTopics('hikvision'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'eventType signAbnormal, active or not',
    repeat:
      'an active alarm is posted again and again, counted by activePostCount: the same `dateTime` is the same alarm',
    device: 'the address of the push, or `deviceID`, `macAddress` or `ipAddress`',
  },
  urgent: (topic, payload) => /signabnormal|\\u|%/i.test(latin1(payload)) && urgentIfDecoded(hikvision, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeEvent(decoded, row, topic, context)
    return decoded
  },
}

/** Only a state that is over takes it back: `nactive` stands in a broken `activePostCount` too. */
const over = /inactiv|state["'\s:=\\]{1,8}nactiv/
const cries = [cryOf('eventtype', 'signabnormal', 'vital_sign', over)]

function takeEvent(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const source = pushSource(topic) ?? namedIn(row, ['deviceID', 'macAddress', 'ipAddress'])
  const entry: Entry = { context, at: timeOf(decoded, row, context), source }
  const { eventType } = row
  if (eventType === 'heartBeat' || eventType === 'videoloss') return
  if (eventType !== 'signAbnormal') {
    refuse(decoded, 'payload_invalid', `eventType: ${shown(eventType)}`)
    return
  }
  const details = Array.isArray(row.signAbnormal) ? row.signAbnormal : [row.signAbnormal]
  const subjects = details.filter(isRecord).map((detail) => takeDetail(decoded, detail, entry))
  // one letter of it may be broken
  const isOver = /inactiv|nactive/i.test(String(row.eventState))
  addState(decoded, !isOver, { signal: 'vital_sign', at: entry.at, ...whose(source), ...keyOf(row, subjects) })
}

/** Posts of one alarm have all alike but the count; a count that begins anew is another alarm. */
function keyOf(row: Row, subjects: readonly string[]): { key?: { id: string; withinMs: number } } {
  const { dateTime, activePostCount } = row
  if (typeof dateTime !== 'string' || asNumber(activePostCount) === undefined) return {}
  return { key: { id: `signAbnormal:${subjects.join(',').slice(0, 60)}:${dateTime.slice(0, 40)}`, withinMs: dayMs } }
}

/** Adds what was measured. Gives what it is about. */
function takeDetail(decoded: Decoded, detail: Row, entry: Entry): string {
  const about = String(detail.alarmSubType ?? '')
  const subject = subjects.find(({ begins }) => about.toLowerCase().startsWith(begins))
  const information = firstOf(detail, ['AbnormalInformation', 'abnormalInformation'])
  if (subject && isRecord(information)) takeFields(decoded, information, entry, [subject])
  return about
}

function timeOf(decoded: Decoded, { dateTime }: Row, context: DecodeContext): number | undefined {
  return trusted(decoded, instantOf(dateTime), context)
}
