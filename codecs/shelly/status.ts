import type { DecodeContext, Decoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import {
  addClear,
  addFlag,
  addPress,
  addReading,
  addSignal,
  addState,
  isRecord,
  settle,
  shown,
  warn,
} from '../build.ts'
import { epochOf, trusted } from '../times.ts'
import { asBoolean, asNumber } from '../values.ts'
import { alarms, components, type Field, presses } from './components.ts'

/** The status of one component, whole or only what changed, and the events. `at`: the device's own instant where it told one. */

type Fields = Record<string, unknown>
type When = { at: number | undefined; context: DecodeContext }

/** The name before the number: `smoke:0` -> `smoke`. */
export const nameOf = (component: string): string => component.split(':')[0]!

export function takeStatus(decoded: Decoded, component: string, status: Fields, when: When): void {
  const name = nameOf(component)
  const faults = faultsOf(status)
  if (faults.length > 0) warn(decoded, 'device_fault', `${component}: ${faults.join(', ')}`)
  if (Object.hasOwn(alarms, name)) takeAlarm(decoded, alarms[name]!, status.alarm, faults.length > 0, when)
  if (Object.hasOwn(components, name))
    for (const field of components[name]!) takeField(decoded, component, status, field, when)
}

const faultsOf = ({ errors }: Fields): string[] =>
  Array.isArray(errors) ? errors.filter((one): one is string => typeof one === 'string').slice(0, 8) : []

/** A change of something else leaves `alarm` out. With its cable unplugged a sensor says false, which ends nothing. */
function takeAlarm(
  decoded: Decoded,
  kind: SignalKind & MetricName,
  alarm: unknown,
  isFaulty: boolean,
  { at, context }: When,
): void {
  const on = asBoolean(alarm)
  if (on === undefined) return
  addFlag(decoded, kind, on, settle(at, context.receivedAt))
  if (on || !isFaulty) addState(decoded, on, { signal: kind, at })
}

function takeField(
  decoded: Decoded,
  component: string,
  status: Fields,
  { path, metric, scale }: Field,
  when: When,
): void {
  let value: unknown = status
  for (const step of path) value = isRecord(value) ? value[step] : undefined
  if (value === undefined) return
  const boolean = typeof value === 'boolean' ? Number(value) : undefined
  const number = boolean ?? asNumber(value)
  if (value === null) warn(decoded, 'no_reading', `${component} ${path.join('.')}`)
  else if (number === undefined) warn(decoded, 'value_unknown', `${path.join('.')}: ${shown(value)}`)
  else
    addReading(decoded, metric, scale === undefined ? number : number * scale, settle(when.at, when.context.receivedAt))
}

/** An event comes once; a copy has the same `ts`. */
const heardAgainMs = 60_000

/** `{"component":"input:0","event":"long_push","ts":…}`; buttons of Bluetooth (`bthomedevice:200`) alike. */
export function takeEvent(decoded: Decoded, value: unknown, when: When): void {
  if (!isRecord(value)) return
  const { component, event } = value
  const at = trusted(decoded, epochOf(asNumber(value.ts)), when.context) ?? when.at
  const name = typeof component === 'string' ? nameOf(component) : ''
  const press = typeof event === 'string' && Object.hasOwn(presses, event) ? presses[event] : undefined
  const key =
    at === undefined ? {} : { key: { id: `${shown(component)}:${shown(event)}:${at}`, withinMs: heardAgainMs } }
  if (press) {
    addPress(decoded, press, settle(at, when.context.receivedAt), { at, ...key })
  } else if (Object.hasOwn(alarms, name)) takeAlarmEvent(decoded, name, event, at)
}

/** A detector's events stand beside its status; its test button is a drill. */
function takeAlarmEvent(decoded: Decoded, name: string, event: unknown, at: number | undefined): void {
  const signal = alarms[name]!
  if (event === 'alarm') addSignal(decoded, { signal, at, level: true })
  else if (event === 'alarm_test') addSignal(decoded, { signal, at, test: true })
  else if (event === 'alarm_off') addClear(decoded, { signal, at })
  else if (event === 'cable_unplugged') warn(decoded, 'device_fault', `${name}: cable_unplugged`)
}
