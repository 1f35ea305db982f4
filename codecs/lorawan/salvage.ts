import { limits } from '../../domain/limits.ts'
import type { DecodeContext, Decoded, Press, Signal } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { addSignal, refuse } from '../build.ts'
import { asBuffer } from '../payload.ts'
import { claimedIn, foldedText, raisedIn } from '../words.ts'
import { takeUplink } from './uplink.ts'

/** Signals in a network server's message that is no JSON any more: by the words of the devices' codecs, and by what is left. */

/** What no device writes but to call. */
const sosWords = /sos_mode_start|"sos_on"|"alarm_status"\s*:\s*"true"/
const calls: [RegExp, Signal['signal']][] = [
  [sosWords, 'sos'],
  [/"(?:alarm_type|detection_status)"\s*:\s*"fall"(?!.{0,100}(?:resol|ignor|deactiv|dismiss))/s, 'fall'],
  [/"water_leak(?:_status)?"\s*:\s*"leak"/, 'water_leak'],
]
const pressed = /"(?:status|button|press)"\s*:\s*"(short|single|double|triple|long)(?: press)?"/

export function salvage(decoded: Decoded, payload: Uint8Array, context: DecodeContext): void {
  const bytes = asBuffer(payload.subarray(0, limits.payloadBytes))
  const text = foldedText(bytes)
  const kinds = new Set([
    ...calls.filter(([pattern]) => pattern.test(text)).map(([, kind]) => kind),
    ...claimedIn(text),
    ...raisedIn(text),
  ])
  for (const signal of kinds) addSignal(decoded, { signal, at: undefined, malformed: true })
  const how = pressed.exec(text)?.[1]
  if (how) addSignal(decoded, { signal: 'sos', at: undefined, press: pressOf(how), malformed: true })
  for (const signal of byBytes(bytes.toString('latin1'), context)) {
    if (!kinds.has(signal.signal)) addSignal(decoded, { ...signal, malformed: true })
  }
}

/** Hears an SOS that stands where none belongs, in a message that could be read and had none. */
export function listen(decoded: Decoded, payload: Uint8Array): void {
  if (decoded.signals.length > 0 || !sosWords.test(foldedText(asBuffer(payload)))) return
  addSignal(decoded, { signal: 'sos', at: undefined, malformed: true })
  refuse(decoded, 'payload_invalid', 'an SOS stands where none belongs; it was taken all the same')
}

const pressOf = (word: string): Press => (word === 'short' ? 'single' : (word as Press))

/** The device's own bytes, where they, their port and the profile's name are still whole. */
function byBytes(text: string, context: DecodeContext): Signal[] {
  const of = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1]
  const data = of(/"(?:data|frm_payload)"\s*:\s*"([A-Za-z0-9+/]{2,400}={0,2})"/)
  const port = of(/"(?:fPort|f_port)"\s*:\s*(\d{1,3})\b/)
  const name = of(/"(?:deviceProfileName|model_id)"\s*:\s*"([^"\\]{1,100})"/)
  if (data === undefined || name === undefined) return []
  const found = nothingDecoded()
  const uplink = { bytes: Buffer.from(data, 'base64'), object: undefined, hints: [name], at: undefined }
  const rest = { port: port === undefined ? undefined : Number(port), source: undefined, key: undefined }
  takeUplink(found, { ...uplink, ...rest }, context)
  return found.signals
}
