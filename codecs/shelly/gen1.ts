import type { Decoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import {
  addFlag,
  addPress,
  addReading,
  addSignal,
  addState,
  isHazard,
  isRecord,
  refuse,
  shown,
  warn,
} from '../build.ts'
import { parsePayload } from '../payload.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { gen1Sensors, presses } from './components.ts'

/** Shelly's first generation: one plain value a topic, `shellies/{id}/sensor/flood` -> `true`. No times. */

/** What its thermometers write where they measured nothing. */
const noTemperature = 999

/** `levels`: the topic behind the id. */
export function takeGen1(
  decoded: Decoded,
  levels: readonly string[],
  payload: Uint8Array,
  text: string,
  at: number,
): void {
  const [kind = '', name = '', part] = levels
  if (kind === 'online') takeOnline(decoded, text)
  else if (kind === 'sensor' && name === 'gas') takeGas(decoded, text, at)
  else if (kind === 'sensor') takeSensor(decoded, name, text, at)
  else if (kind === 'relay' && part === undefined) takeFlag(decoded, 'switch_on', text, at)
  else if (kind === 'relay' && part === 'power') takeNumber(decoded, 'power', text, at)
  else if (kind === 'input_event') takePress(decoded, name, payload, at)
}

export function takeOnline(decoded: Decoded, text: string): void {
  const online = asBoolean(text)
  if (online !== undefined) decoded.statuses.push({ online })
  else if (text !== '') refuse(decoded, 'payload_invalid', `online: ${shown(text)}`)
}

function takeSensor(decoded: Decoded, name: string, text: string, at: number): void {
  const metric = Object.hasOwn(gen1Sensors, name) ? gen1Sensors[name]! : undefined
  if (metric === undefined) return
  if (isAbsent(text) || (metric === 'temperature' && asNumber(text) === noTemperature))
    warn(decoded, 'no_reading', `${name}: ${shown(text)}`)
  else if (isHazard(metric)) takeHazard(decoded, metric, text, at)
  else if (['door_open', 'charging', 'motion', 'vibration'].includes(metric))
    takeFlag(decoded, metric, text === 'close' ? 'closed' : text, at)
  else takeNumber(decoded, metric, text, at)
}

function takeHazard(decoded: Decoded, kind: SignalKind & MetricName, text: string, at: number): void {
  const on = asBoolean(text)
  if (on === undefined) return void refuse(decoded, 'payload_invalid', `${kind}: ${shown(text)}`)
  addFlag(decoded, kind, on, at)
  addState(decoded, on, { signal: kind, at: undefined })
}

/** Shelly Gas: `none`, `mild`, `heavy`, and `test` while it tests itself. */
function takeGas(decoded: Decoded, text: string, at: number): void {
  if (text === 'test') addSignal(decoded, { signal: 'gas', at: undefined, test: true })
  else if (text === 'unknown') warn(decoded, 'no_reading', 'gas: unknown')
  else takeHazard(decoded, 'gas', text === 'none' ? 'false' : text === 'mild' || text === 'heavy' ? 'true' : text, at)
}

function takeFlag(decoded: Decoded, metric: Parameters<typeof addFlag>[1], text: string, at: number): void {
  const on = asBoolean(text)
  if (on === undefined) warn(decoded, 'value_unknown', `${metric}: ${shown(text)}`)
  else addFlag(decoded, metric, on, at)
}

function takeNumber(decoded: Decoded, metric: Parameters<typeof addReading>[1], text: string, at: number): void {
  const value = asNumber(text)
  if (value === undefined) warn(decoded, 'value_unknown', `${metric}: ${shown(text)}`)
  else addReading(decoded, metric, value, at)
}

/** A retained press is published again with the count of the first; a new one counts on. */
const heardAgainMs = 60_000

/** `{"event":"L","event_cnt":2}` */
function takePress(decoded: Decoded, input: string, payload: Uint8Array, at: number): void {
  const parsed = parsePayload(payload)
  if (!parsed.ok) return void refuse(decoded, parsed.code, parsed.detail)
  const { event, event_cnt: count } = isRecord(parsed.value) ? parsed.value : {}
  const press = typeof event === 'string' && Object.hasOwn(presses, event) ? presses[event] : undefined
  if (press) {
    const id = asNumber(count) === undefined ? undefined : `input:${input.slice(0, 4)}:${event}:${asNumber(count)}`
    addPress(decoded, press, at, { at: undefined, ...(id !== undefined && { key: { id, withinMs: heardAgainMs } }) })
  } else if (event !== '') warn(decoded, 'value_unknown', `event: ${shown(event)}`)
}
