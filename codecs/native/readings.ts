import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { addReading, addSignal, type EntryContext, isHazard, isRecord, refuse, settle, shown } from '../build.ts'
import { flagOf, saysYes } from '../words.ts'

type ReadingTime = { at: number; deviceAt: number | undefined }

/**
 * Takes `readings: {metric: number}` of an entry; gives whether the entry has such a field at all. A metric or a value
 * that cannot be taken is refused on its own. An unreadable `at` refuses the entry's readings, since a reading at a
 * wrong time is a wrong reading; a hazard among them is still raised.
 */
export function takeReadings(decoded: Decoded, entry: Record<string, unknown>, context: EntryContext): boolean {
  const { readings } = entry
  const { where, deviceAt } = context
  if (readings === undefined) return false
  if (!isRecord(readings)) {
    refuse(decoded, 'payload_invalid', `${where}readings: not an object but ${shown(readings)}`)
    return true
  }
  if (context.isTimeBroken) {
    raiseFlags(decoded, readings)
    return true
  }
  const time = { at: settle(deviceAt, context.receivedAt), deviceAt }
  // Parsed JSON has no inherited enumerable keys, so this sees own keys only, `__proto__` among them.
  for (const name in readings) takeReading(decoded, name, readings[name], time, where)
  return true
}

function takeReading(decoded: Decoded, name: string, value: unknown, time: ReadingTime, where: string): void {
  if (value === null) return
  if (!isMetric(name)) {
    refuse(decoded, 'metric_unknown', `${where}${shown(name)}`)
    // `{"readings":{"sos":1}}`: the wrong place, but nobody sends it for fun.
    raiseFlag(decoded, name, value, time.deviceAt)
  } else if (typeof value !== 'number' || !Number.isFinite(value)) {
    refuse(decoded, 'value_not_a_number', `${where}${name}: ${shown(value)}`)
    raiseFlag(decoded, name, value, time.deviceAt)
  } else {
    addReading(decoded, name, value, time.at)
    if (value > 0 && isHazard(name)) addSignal(decoded, { signal: name, at: time.deviceAt })
  }
}

function raiseFlag(decoded: Decoded, name: string, value: unknown, at: number | undefined): void {
  const signal = saysYes(value) ? flagOf(name) : undefined
  if (signal) addSignal(decoded, { signal, at, malformed: true })
}

function raiseFlags(decoded: Decoded, readings: Record<string, unknown>): void {
  for (const name in readings) raiseFlag(decoded, name, readings[name], undefined)
}
