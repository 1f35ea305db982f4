import type { DecodeContext, Decoded, Position } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import { sourceName } from '../../domain/sources.ts'
import { addPosition, addReading, addSignal, quoted, refuse, settle, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeMeasured } from '../measured.ts'
import { asBuffer, latin1 } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { believedMs, wallClock, zoneless } from '../times.ts'
import { asNumber, fromKmh, glucoseFromMgDl, mostMmolGlucose } from '../values.ts'
import { alarmCodes, quiet, reports, vitals } from './fields.ts'
import { imeiOfLogin, isTrvAnswer, parseTrvFrame, type TrvFrame } from './frame.ts'

/** Watches of ThinkRace and its kin, one raw sentence a message, as `vigil gsm` publishes them. */

const prefix = 'gsm/trv/'
const nobody = 'unknown'

export const trv: Codec = {
  name: 'trv',
  title: 'TRV and IW watches of ThinkRace (IWAP10…#)',
  topics: [`${prefix}+`],
  speaks: 'others',
  source: (topic) => (topic === prefix + nobody ? undefined : sourceName(topic.slice(prefix.length))),
  about: {
    urgent: 'an AP10 report with an alarm code other than 00',
    repeat: 'the same alarm code with the same time of the watch within ten minutes',
    device: 'the IMEI of the log-in, which is the last level of the topic: other sentences do not name the watch',
  },
  urgent: (topic, payload) => asBuffer(payload).includes('AP10') && urgentIfDecoded(trv, topic, payload),
  decode,
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const frame = parseTrvFrame(payload)
  if (!frame) {
    refuse(decoded, payload.length === 0 ? 'payload_empty' : 'payload_invalid', 'no sentence of TRV or IW')
    // What is left of an alarm is heard, whatever it was of.
    if (/AP10\d{6}[AV]/.test(latin1(payload))) addSignal(decoded, { signal: 'sos', at: undefined, malformed: true })
    return decoded
  }
  const named = trv.source?.(topic)
  const imei = imeiOfLogin(frame)
  if (imei !== undefined && named !== undefined && named !== sourceName(imei)) warn(decoded, 'identity_conflict', imei)
  takeFrame(decoded, frame, context)
  return decoded
}

function takeFrame(decoded: Decoded, frame: TrvFrame, context: DecodeContext): void {
  const { type } = frame
  if (reports.has(type)) takeReport(decoded, frame, context)
  else if (vitals[type]) takeVitals(decoded, frame, context)
  else if (type === 'AP03' || type === 'CP01') takeHeartbeat(decoded, frame, context)
  else if (!quiet.has(type) && !isTrvAnswer(frame))
    refuse(decoded, 'payload_invalid', `no type that is known: ${quoted(type)}`)
}

/** Signal, satellites and battery with three digits each, then steps where it counts them. */
function takeHeartbeat(decoded: Decoded, { fields }: TrvFrame, { receivedAt }: DecodeContext): void {
  const state = /^(\d{3})\d{3}(\d{3})/.exec(fields[1] ?? '')
  if (!state) refuse(decoded, 'payload_invalid', 'its state cannot be read')
  else takeState(decoded, state[1]!, state[2]!, receivedAt)
  const steps = asNumber(fields[2])
  if (steps !== undefined) addReading(decoded, 'steps', steps, receivedAt)
}

function takeState(decoded: Decoded, signal: string, battery: string, at: number): void {
  addReading(decoded, 'link_quality', Number(signal), at)
  addReading(decoded, 'battery', Number(battery), at)
}

function takeVitals(decoded: Decoded, { type, fields }: TrvFrame, { receivedAt }: DecodeContext): void {
  for (const [i, metric] of vitals[type]!.entries()) {
    const convert = (value: number): number => inUnit(decoded, metric, value)
    takeMeasured(decoded, metric, fields[i + 1] || undefined, { at: receivedAt, convert })
  }
}

function inUnit(decoded: Decoded, metric: MetricName, value: number): number {
  if (metric !== 'blood_glucose' || value <= mostMmolGlucose) return value
  warn(decoded, 'unit_converted', 'blood glucose in mg/dL')
  return glucoseFromMgDl(value)
}

const report =
  /^(\d\d)(\d\d)(\d\d)([AV])(\d\d)(\d\d\.\d{1,8})([NS])(\d{3})(\d\d\.\d{1,8})([EW])([\d.]{5})(\d\d)(\d\d)(\d\d)[\d.]{6}(\d{3})\d{3}(\d{3})/

/** The alarm's code stands behind country, network, area and cell, so that a broken position does not hide it. */
function takeReport(decoded: Decoded, { type, rest, fields }: TrvFrame, context: DecodeContext): void {
  const found = report.exec(rest)
  const at = found ? zoneless(decoded, clockOf(found), context) : undefined
  if (!found) refuse(decoded, 'payload_invalid', 'its position cannot be read')
  const position = found ? takePlace(decoded, found, settle(at, context.receivedAt)) : undefined
  if (type === 'AP10') takeAlarm(decoded, fields[5]?.trim().slice(0, 2), { at, position, isBroken: !found })
}

/** Date first, time behind the speed. */
function clockOf(found: RegExpExecArray): number | undefined {
  const n = (i: number): number => Number(found[i])
  return wallClock(2_000 + n(1), n(2), n(3), n(12), n(13), n(14))
}

function takePlace(decoded: Decoded, found: RegExpExecArray, at: number): Position | undefined {
  const [lat, lon] = [degrees(found[5]!, found[6]!, found[7] === 'S'), degrees(found[8]!, found[9]!, found[10] === 'W')]
  const position = found[4] === 'A' ? positionIn('WGS84', lat, lon) : undefined
  if (position) addPosition(decoded, position, at)
  const speed = asNumber(found[11])
  if (position && speed !== undefined) addReading(decoded, 'speed', fromKmh(speed), at)
  takeState(decoded, found[15]!, found[16]!, at)
  return position
}

/** Degrees and minutes -> degrees, to a centimetre. */
const degrees = (whole: string, minutes: string, isNegative: boolean): number =>
  (Math.round((Number(whole) + Number(minutes) / 60) * 1e7) / 1e7) * (isNegative ? -1 : 1)

/** Of an alarm with another code it is not known of what it is. */
const unsure = 0.5

type Told = { at: number | undefined; position: Position | undefined; isBroken: boolean }

function takeAlarm(decoded: Decoded, code: string | undefined, { at, position, isBroken }: Told): void {
  if (code === '00') return
  const signal = alarmCodes[code ?? '']
  const isReadable = code !== undefined && /^\d\d$/.test(code)
  if (!signal && isReadable) warn(decoded, 'value_unknown', `alarm ${code}`)
  if (!isReadable) refuse(decoded, 'payload_invalid', 'its alarm code cannot be read')
  addSignal(decoded, {
    signal: signal ?? 'sos',
    at,
    ...(position && { position }),
    ...(!signal && isReadable && { confidence: unsure }),
    ...((isBroken || !isReadable) && { malformed: true }),
    // Watches send an alarm again until it is answered.
    ...(at !== undefined && { key: { id: `${code} ${at / 1_000}`, withinMs: believedMs } }),
  })
}
