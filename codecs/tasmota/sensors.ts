import type { Decoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addReading, warn } from '../build.ts'
import { asBoolean, asNumber, fromFahrenheit } from '../values.ts'
import { driverOnly, energy, measured } from './fields.ts'
import { type Of, takeNumbers } from './radio.ts'

/** Sensors wired to a Tasmota, by the name of their driver: `{"AM2301":{"Temperature":21.4}}`. */

type Fields = Record<string, unknown>

/** `whole` is the message, which tells the units: `TempUnit`, `PressureUnit`. */
export function takeDriver(decoded: Decoded, name: string, fields: Fields, whole: Fields, of: Of): void {
  if (name === 'ENERGY') takeNumbers(decoded, fields, energy, of)
  else if (name === 'ESP32')
    takeNumbers(decoded, inCelsius(decoded, fields, whole), { Temperature: 'device_temperature' }, of)
  else if (name === 'LD2410') takeRadar(decoded, fields, of)
  else if (name === 'IBEACON') takeBeacon(decoded, fields, of)
  else takeMeasured(decoded, name, fields, whole, of)
}

/** What is measured by a wired sensor, or by one heard by Bluetooth (`LYWSD03-52680f`), which is a device of its own. */
function takeMeasured(decoded: Decoded, name: string, fields: Fields, whole: Fields, of: Of): void {
  const mac = typeof fields.mac === 'string' ? fields.mac : /-[0-9a-f]{6}$/i.test(name) ? name : undefined
  const own = mac === undefined ? of : { ...of, source: sourceName(mac) }
  const names: Record<string, MetricName> = { ...measured, ...driverOnly }
  if (mac !== undefined) Object.assign(names, { Battery: 'battery', RSSI: 'rssi' })
  takeNumbers(decoded, inHectopascal(decoded, inCelsius(decoded, fields, whole), whole), names, own)
}

function inCelsius(decoded: Decoded, fields: Fields, { TempUnit }: Fields): Fields {
  const value = asNumber(fields.Temperature)
  if (TempUnit !== 'F' || value === undefined) return fields
  warn(decoded, 'unit_converted', 'Temperature in F')
  return { ...fields, Temperature: fromFahrenheit(value) }
}

/** Tasmota's units of pressure -> hPa (ISO 80000-4: 1 mmHg = 1.33322 hPa, 1 inHg = 33.8639 hPa). */
const hectopascals: Record<string, number> = { hPa: 1, mmHg: 1.33322387, inHg: 33.8638866 }

function inHectopascal(decoded: Decoded, fields: Fields, { PressureUnit }: Fields): Fields {
  const value = asNumber(fields.Pressure)
  if (PressureUnit === undefined || PressureUnit === 'hPa' || value === undefined) return fields
  const factor = hectopascals[String(PressureUnit)]
  warn(decoded, factor === undefined ? 'unit_unknown' : 'unit_converted', `Pressure in ${String(PressureUnit)}`)
  return { ...fields, Pressure: factor === undefined ? undefined : value * factor }
}

/** `Distance` in cm: of three, the second is the target's; somebody is there where any is seen. */
function takeRadar(decoded: Decoded, { Distance }: Fields, { source, at }: Of): void {
  if (!Array.isArray(Distance)) return
  const distances = Distance.slice(0, 3).map(asNumber)
  const target = distances[1]
  addFlag(
    decoded,
    'presence',
    distances.some((one) => one !== undefined && one > 0),
    at,
    source,
  )
  if (target !== undefined && target > 0) addReading(decoded, 'distance', target / 100, at, source)
}

/** A tag that comes and goes. Gone, its strength is the last one. */
function takeBeacon(decoded: Decoded, { MAC, RSSI, STATE }: Fields, { at }: Of): void {
  if (typeof MAC !== 'string' || MAC === '') return
  const source = sourceName(MAC)
  const isThere = asBoolean(STATE)
  const rssi = asNumber(RSSI)
  if (isThere !== undefined) decoded.statuses.push({ online: isThere, source })
  if (isThere !== false && rssi !== undefined) addReading(decoded, 'rssi', rssi, at, source)
  else if (rssi !== undefined) warn(decoded, 'no_reading', 'RSSI of a beacon that is gone')
}
