import type { DecodeContext, Decoded, Signal } from '../../domain/message.ts'
import { addClear, addReading, addSignal, isHazard, settle, warn } from '../build.ts'
import { epochOf, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import type { Named } from './aliases.ts'
import { convert, meaningOf } from './names.ts'

/** A birth and a late report tell the same value with the same timestamp again. */
const sameMs = 24 * 3_600_000

/** true and false, also as 1 and 0 of a whole number. */
export function stateOf({ value, isNull }: Pick<Named, 'value' | 'isNull'>): boolean | undefined {
  if (isNull) return undefined
  if (typeof value === 'boolean') return value
  return value === 1 ? true : value === 0 ? false : undefined
}

/** Takes one metric that has its name. `sentAt`: the payload's own time, of metrics that have none. */
export function takeMetric(decoded: Decoded, metric: Named, sentAt: number | undefined, context: DecodeContext): void {
  const { name, value, isHistorical, isNull } = metric
  const meaning = meaningOf(name, typeof value === 'boolean')
  if (!meaning.metric && !meaning.signal && !meaning.isButton) return
  if (isNull || value === undefined) {
    if (isNull) warn(decoded, 'no_reading', name)
    return
  }
  const stamp = epochOf(metric.timestamp ?? sentAt)
  const deviceAt = trusted(decoded, stamp, context)
  const at = settle(deviceAt, context.receivedAt)
  if (isHistorical) warn(decoded, 'historical', name)
  if (meaning.metric) takeReading(decoded, meaning.metric, metric, at)
  const state = stateOf(metric)
  if (state === undefined) return
  const key = deviceAt === undefined ? {} : { key: { id: `${name.slice(0, 100)}:${deviceAt}`, withinMs: sameMs } }
  const claim = { at: deviceAt, ...key, ...(isHistorical ? { historical: true } : {}), ...flaw(metric) }
  if (meaning.signal) takeState(decoded, { ...claim, signal: meaning.signal, level: true }, state)
  else if (meaning.isButton && state) {
    addReading(decoded, 'button', 1, at)
    addSignal(decoded, { ...claim, signal: 'sos', press: 'single' })
  }
}

const flaw = ({ isWhole }: Named): Pick<Signal, 'malformed'> => (isWhole ? {} : { malformed: true })

function takeState(decoded: Decoded, signal: Signal, state: boolean): void {
  if (state) addSignal(decoded, signal)
  else if (!signal.historical) addClear(decoded, { signal: signal.signal, at: signal.at })
}

function takeReading(decoded: Decoded, metric: Parameters<typeof addReading>[1], one: Named, at: number): void {
  const number = typeof one.value === 'boolean' ? Number(one.value) : asNumber(one.value)
  if (isHazard(metric) && stateOf(one) === undefined) return
  if (number === undefined) {
    warn(decoded, 'value_unknown', one.name)
    return
  }
  const converted = convert(metric, number, one.unit)
  if (converted !== undefined) warn(decoded, 'unit_converted', `${one.name}: ${one.unit}`)
  addReading(decoded, metric, converted ?? number, at)
}
