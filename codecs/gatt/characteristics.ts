import type { MetricName } from '../../domain/metrics.ts'
import { type Reader, readerOf } from '../bytes.ts'
import { wallClock } from '../times.ts'
import { fromFahrenheit, fromKilopascal } from '../values.ts'
import { float, sfloat } from './floats.ts'

/** The health characteristics of Bluetooth's GATT Specification Supplement. */

/**
 * `undefined` as value: the device says that it has none. `clock`: its wall clock as `wallClock` gives it. `converted`: the
 * unit was another one.
 */
export type Measured = {
  values: [MetricName, number | undefined][]
  clock?: number | undefined
  converted?: string
}

type Characteristic = (reader: Reader) => Measured

const timeBytes = 7

/** Year 0, month 0 and day 0 are "not known". */
function clockIn(reader: Reader): number | undefined {
  const year = reader.uintLE(2) ?? 0
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = reader.take(timeBytes - 2) ?? []
  return year === 0 ? undefined : wallClock(year, month, day, hour, minute, second)
}

/** 0 is what a sensor sends before it has found a beat. */
const pulse = (value: number | undefined): number | undefined => (value === 0 ? undefined : value)

function heartRate(reader: Reader): Measured {
  const flags = reader.uintLE(1) ?? 0
  const value = reader.uintLE(flags & 1 ? 2 : 1)
  const isOff = (flags & 0b110) === 0b100
  if (flags & 8) reader.skip(2)
  // At least one interval, where they are said to be there.
  if (flags & 16) reader.skip(Math.max(2, reader.left + (reader.left % 2)))
  return { values: [['heart_rate', isOff ? undefined : pulse(value)]] }
}

function bloodPressure(reader: Reader): Measured {
  const flags = reader.uintLE(1) ?? 0
  const isKilopascal = (flags & 1) === 1
  const inMmHg = (value: number | undefined): number | undefined =>
    value === undefined || !isKilopascal ? value : fromKilopascal(value)
  const [systolic, diastolic, mean] = [0, 1, 2].map(() => inMmHg(sfloat(reader.uintLE(2))))
  const clock = flags & 2 ? clockIn(reader) : undefined
  const rate = flags & 4 ? sfloat(reader.uintLE(2)) : undefined
  reader.skip((flags & 8 ? 1 : 0) + (flags & 16 ? 2 : 0))
  return {
    values: [
      ['systolic', systolic],
      ['diastolic', diastolic],
      ['mean_arterial_pressure', mean],
      ...(flags & 4 ? [['heart_rate', pulse(rate)] satisfies [MetricName, number | undefined]] : []),
    ],
    clock,
    ...(isKilopascal ? { converted: 'kPa' } : {}),
  }
}

function temperature(reader: Reader): Measured {
  const flags = reader.uintLE(1) ?? 0
  const isFahrenheit = (flags & 1) === 1
  const value = float(reader.uintLE(4))
  const clock = flags & 2 ? clockIn(reader) : undefined
  if (flags & 4) reader.skip(1)
  return {
    values: [['body_temperature', value !== undefined && isFahrenheit ? fromFahrenheit(value) : value]],
    clock,
    ...(isFahrenheit ? { converted: 'Fahrenheit' } : {}),
  }
}

const oximeter =
  (hasTime: boolean): Characteristic =>
  (reader) => {
    const flags = reader.uintLE(1) ?? 0
    const spo2 = pulse(sfloat(reader.uintLE(2)))
    const rate = pulse(sfloat(reader.uintLE(2)))
    const clock = hasTime && flags & 1 ? clockIn(reader) : undefined
    return {
      values: [
        ['spo2', spo2],
        ['heart_rate', rate],
      ],
      clock,
    }
  }

/** By 16-bit UUID, in lower case. */
export const characteristics = new Map<string, Characteristic>([
  ['2a37', heartRate],
  ['2a35', bloodPressure],
  ['2a1c', temperature],
  ['2a5e', oximeter(true)],
  ['2a5f', oximeter(false)],
  ['2a19', (reader) => ({ values: [['battery', reader.uintLE(1)]] })],
])

/** What the bytes say; undefined where they end too soon. */
export function readCharacteristic(read: Characteristic, bytes: Uint8Array): Measured | undefined {
  const reader = readerOf(bytes)
  const measured = read(reader)
  return reader.isShort ? undefined : measured
}
