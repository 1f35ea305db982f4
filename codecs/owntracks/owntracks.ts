import { type DecodeContext, type Decoded, nothingDecoded, type Position } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addPosition, addReading, addSignal, isRecord, refuse, settle, shown, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, readJson } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { dayMs, epochOf, trusted } from '../times.ts'
import { asNumber, fromKmh } from '../values.ts'

/** OwnTracks: the telephone as a tracker (owntracks.org/booklet/tech/json). Positions are WGS 84 by its own definition. */

/** Kinds that are about the app itself, its settings or its pictures. */
const quiet = new Set([
  'card',
  'beacon',
  'cmd',
  'configuration',
  'dump',
  'steps',
  'waypoint',
  'waypoints',
  'request',
  'status',
  'cards',
])

export const owntracks: Codec = {
  name: 'owntracks',
  title: 'OwnTracks (telephones as trackers)',
  topics: ['owntracks/+/+', 'owntracks/+/+/+', 'push/owntracks/#'],
  speaks: 'itself',
  source: (topic) => {
    const [base, user, device] = topic.split('/')
    return base === 'owntracks' ? sourceName(`${user}.${device}`) : undefined
  },
  about: {
    urgent: 'leaving a region (`transition`, event `leave`) whose description begins with `!`',
    repeat: 'the same region and `tst` within a day',
    device: '`{user}.{device}` of the topic; over HTTP the sender',
  },
  urgent: (topic, payload) =>
    // an escape could hide the word
    ['transition', '\\u'].some((word) => asBuffer(payload).includes(word)) &&
    urgentIfDecoded(owntracks, topic, payload),
  decode(_topic, payload, context) {
    const decoded = nothingDecoded()
    // How MQTT clears a retained one.
    if (payload.length === 0) return decoded
    const json = readJson(decoded, payload)
    if (json) for (const one of Array.isArray(json.value) ? json.value : [json.value]) takeOne(decoded, one, context)
    return decoded
  },
}

function takeOne(decoded: Decoded, value: unknown, context: DecodeContext): void {
  if (!isRecord(value)) refuse(decoded, 'payload_invalid', `not an object but ${shown(value)}`)
  else if (value._type === 'location') takeLocation(decoded, value, context)
  else if (value._type === 'transition') takeTransition(decoded, value, context)
  else if (value._type === 'lwt') decoded.statuses.push({ online: false })
  else if (value._type === 'encrypted')
    refuse(decoded, 'payload_encrypted', 'set no encryption key in OwnTracks; use TLS')
  else if (!quiet.has(String(value._type))) refuse(decoded, 'payload_invalid', `_type: ${shown(value._type)}`)
}

/** `vel` in km/h, `acc` in m, `batt` in %, `bs` 1 unplugged, 2 charging, 3 full. */
function takeLocation(decoded: Decoded, value: Record<string, unknown>, context: DecodeContext): void {
  const at = settle(timeOf(decoded, value, context), context.receivedAt)
  const position = positionOf(value)
  if (position) addPosition(decoded, position, at)
  else warn(decoded, 'no_reading', 'no position')
  const speed = asNumber(value.vel)
  if (speed !== undefined && speed >= 0) addReading(decoded, 'speed', fromKmh(speed), at)
  const battery = asNumber(value.batt)
  if (battery !== undefined && battery >= 0) addReading(decoded, 'battery', battery, at)
  if (value.bs === 1 || value.bs === 2 || value.bs === 3) addFlag(decoded, 'charging', value.bs !== 1, at)
}

const positionOf = ({ lat, lon, acc }: Record<string, unknown>): Position | undefined =>
  positionIn('WGS84', asNumber(lat), asNumber(lon), asNumber(acc))

/** Whoever sets up the telephone marks the regions that somebody must not leave unseen; the others are his own affair. */
function takeTransition(decoded: Decoded, value: Record<string, unknown>, context: DecodeContext): void {
  const { event, desc } = value
  if (event !== 'enter' && event !== 'leave') refuse(decoded, 'payload_invalid', `event: ${shown(event)}`)
  else if (typeof desc === 'string' && desc.startsWith('!')) {
    const at = timeOf(decoded, value, context)
    const position = positionOf(value)
    if (event === 'leave')
      addSignal(decoded, {
        signal: 'wandering',
        at,
        ...(at !== undefined && { key: { id: `${desc.slice(0, 100)} ${at}`, withinMs: dayMs } }),
        ...(position && { position }),
      })
    else decoded.clears.push({ signal: 'wandering', at })
  }
}

const timeOf = (decoded: Decoded, { tst }: Record<string, unknown>, context: DecodeContext): number | undefined =>
  trusted(decoded, epochOf(asNumber(tst)), context)
