import { type DecodeContext, type Decoded, nothingDecoded, type Position, type Signal } from '../../domain/message.ts'
import {
  addClear,
  addFlag,
  addPosition,
  addReading,
  addSignal,
  isRecord,
  refuse,
  settle,
  shown,
  warn,
  whose,
} from '../build.ts'
import { hasBit } from '../bytes.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { firstAlarmBit, statusBits } from '../gsm_watch/fields.ts'
import { latin1 } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { cryOf, type Entry, namedIn, pushSource, pushTopics, type Row, rowsOf, takeFields } from '../pushes.ts'
import { believedMs, trusted, wallClockOf } from '../times.ts'
import { asNumber } from '../values.ts'
import { common, reports, vitals } from './fields.ts'

/** A relay of `[3G*…]` watches' cloud as a webhook (creatint/watch_api): the same words and bits, as JSON, in UTC. */
export const watchPush: Codec = {
  name: 'watch_push',
  title: 'Webhook of a GSM watch cloud (flag AL, UD, UD2, LK, temp, blood, oxygen)',
  topics: pushTopics('watch_push'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'flag AL, or an alarm bit of the status word',
    repeat: 'the same device, kind and `data.time` within 10 minutes',
    device: '`deviceId`',
  },
  answer: { type: 'text/plain', body: 'Success' },
  urgent: (topic, payload) => /flag|status|\\u|%/i.test(latin1(payload)) && urgentIfDecoded(watchPush, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, cries)) takeRow(decoded, row, topic, context)
    return decoded
  },
}

const cries = [cryOf('flag', 'al', 'sos')]

type Report = Entry & { flag: string; isHistory: boolean; data: Row }

function takeRow(decoded: Decoded, row: Row, topic: string, context: DecodeContext): void {
  const flag = String(row.flag ?? '').toUpperCase()
  const data = isRecord(row.data) ? row.data : {}
  const source = namedIn(row, ['deviceId', 'imei']) ?? pushSource(topic)
  const at = trusted(decoded, wallClockOf(data.time), context)
  const report: Report = { context, at, source, flag, data, isHistory: flag.startsWith('UD2') }
  const known = vitals[flag]
  if (known) takeFields(decoded, data, report, known)
  else if (reports.has(flag)) takeReport(decoded, report)
  else refuse(decoded, 'payload_invalid', `flag: ${shown(row.flag)}`)
}

function takeReport(decoded: Decoded, report: Report): void {
  const { data, isHistory, flag, at } = report
  if (isHistory) warn(decoded, 'historical', flag)
  const position = positionOf(data)
  // Where it was at a time that nobody knows is not where it is now.
  if (!isHistory || at !== undefined) takeNumbers(decoded, report, position)
  takeStatus(decoded, report, position)
}

function positionOf({ latitude, longitude }: Row): Position | undefined {
  return positionIn('WGS84', asNumber(latitude), asNumber(longitude))
}

/** The speed is in m/s already. */
function takeNumbers(decoded: Decoded, report: Report, position: Position | undefined): void {
  const { data, context, at, source } = report
  const when = settle(at, context.receivedAt)
  takeFields(decoded, data, report, common)
  if (!position) return
  addPosition(decoded, position, when, source)
  const speed = asNumber(data.speed)
  if (speed !== undefined) addReading(decoded, 'speed', speed, when, source)
}

/** AL is the alarm itself: its status word may have no alarm bit at all. */
function takeStatus(decoded: Decoded, report: Report, position: Position | undefined): void {
  const { data, flag, context, at, source, isHistory } = report
  const isAlarm = flag.startsWith('AL')
  const status = /^[0-9a-f]{1,8}$/i.test(String(data.status)) ? Number.parseInt(String(data.status), 16) : undefined
  const set = statusBits.filter(({ bit }) => status !== undefined && hasBit(status, bit))
  for (const one of set) {
    if ('signal' in one) addSignal(decoded, signalOf(one.signal, report, position, one.isState))
    else if ('ends' in one && !isHistory) addClear(decoded, { signal: one.ends, at, ...whose(source) })
    else if ('metric' in one && !isHistory)
      addFlag(decoded, one.metric, one.value === 1, settle(at, context.receivedAt), source)
  }
  if (!isAlarm || set.some(({ bit }) => bit >= firstAlarmBit)) return
  addSignal(decoded, { ...signalOf('sos', report, position), ...(status === undefined && { malformed: true }) })
}

function signalOf(signal: Signal['signal'], report: Report, position?: Position, level = false): Signal {
  const { at, source, isHistory, data } = report
  // Watches send an alarm again until it is answered.
  const key = typeof data.time === 'string' &&
    !level && { key: { id: `${signal}:${data.time.slice(0, 40)}`, withinMs: believedMs } }
  return {
    signal,
    at,
    ...whose(source),
    ...key,
    ...(position && { position }),
    ...(isHistory && { historical: true }),
    ...(level && { level: true }),
  }
}
