import type { DecodeContext, Decoded, Position } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addPosition, addState, isGiven, refuse, settle, shown, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeMeasured } from '../measured.ts'
import { readRecord } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { fromChina, trusted, wallClockOfDigits } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { fields } from './fields.ts'

/** Chinese 4G elder watches that speak MQTT themselves; zhzyou.com/interface/watch.html. */

const topic = 'atom/+/status/+'

export const g616: Codec = {
  name: 'g616',
  title: 'Elder watches G601, G616 and G618 (atom/g616/status/{imei})',
  topics: [topic],
  speaks: 'itself',
  source: (given) => sourceName(given.slice(given.lastIndexOf('/') + 1)),
  about: {
    urgent: 'every status that says whether there is an SOS, because its end must not overtake it',
    repeat: '`sos` is a state that each status repeats until it is cleared: its first counts',
    device: 'the IMEI, which is the last level of the topic',
  },
  urgent: (given, payload) => urgentIfDecoded(g616, given, payload),
  decode,
}

function decode(given: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const status = readRecord(decoded, payload)
  if (status) takeStatus(decoded, status, given, context)
  return decoded
}

function takeStatus(decoded: Decoded, status: Record<string, unknown>, given: string, context: DecodeContext): void {
  const { receivedAt } = context
  const position = takePlace(decoded, status, context)
  for (const { name, metric } of fields) takeMeasured(decoded, metric, status[name], { at: receivedAt })
  const online = asBoolean(status.isOnline)
  if (online !== undefined) decoded.statuses.push({ online })
  if (typeof status.imei === 'string' && sourceName(status.imei) !== g616.source?.(given))
    warn(decoded, 'identity_conflict', status.imei)
  takeSos(decoded, status.sos, position)
}

/** The time of the status is the time of its last fix, which may be old: an SOS counts from its receipt. */
function takeSos(decoded: Decoded, sos: unknown, position: Position | undefined): void {
  const pressed = asBoolean(sos)
  if (pressed !== undefined) addState(decoded, pressed, { signal: 'sos', at: undefined, ...(position && { position }) })
  else if (isGiven(sos)) refuse(decoded, 'payload_invalid', `sos: ${shown(sos)}`)
}

/** `"lon,lat"` in GCJ-02, with a date and a time of its own by China's clocks. */
function takePlace(decoded: Decoded, status: Record<string, unknown>, context: DecodeContext): Position | undefined {
  if (isAbsent(status.location)) return undefined
  const [lon, lat] = String(status.location).split(',').map(asNumber)
  const position = positionIn('GCJ02', lat, lon)
  if (!position) return warn(decoded, lat === 0 && lon === 0 ? 'no_reading' : 'field_broken', 'location')
  warn(decoded, 'datum_converted', 'GCJ-02')
  const clock = wallClockOfDigits(status.locationDate, status.locationTime, 'ymd')
  const at = trusted(decoded, fromChina(clock), context)
  addPosition(decoded, position, settle(at, context.receivedAt))
  return position
}
