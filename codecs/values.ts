/** What devices write for a value, in all its spellings. Each gives undefined for what it cannot be sure of. */

const yes = new Set([
  'true',
  'on',
  'yes',
  '1',
  'open',
  'detected',
  'alarm',
  'active',
  'wet',
  'occupied',
  'present',
  'online',
])
const no = new Set([
  'false',
  'off',
  'no',
  '0',
  'closed',
  'clear',
  'normal',
  'inactive',
  'dry',
  'vacant',
  'absent',
  'offline',
])

/** true, "TRUE", "ON", "on", 1, "1" and the like -> true; their opposites -> false. */
export function asBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : undefined
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  if (yes.has(word)) return true
  return no.has(word) ? false : undefined
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i

/** A finite number, also one written as text ("80.00"); nan, infinite and empty are none. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length > 40) return undefined
  const text = value.trim()
  if (!decimal.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

const absent = new Set(['', 'nan', 'unavailable', 'unknown', 'none', 'null', 'n/a', '--'])

/** Whether a value says that there is none: null, "", "nan", "unavailable", "unknown". */
export const isAbsent = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'number' && !Number.isFinite(value)) ||
  (typeof value === 'string' && absent.has(value.trim().toLowerCase()))

/** Without the noise that multiplying by 0.01 leaves behind the digits that anybody measures. */
export const withoutNoise = (value: number): number => Math.round(value * 1e6) / 1e6

/** A name without case, blanks and signs: `Heart Rate`, `heart_rate` and `heartRate` are one. */
export const nameLetters = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Degrees Fahrenheit -> Celsius. */
export const fromFahrenheit = (value: number): number => ((value - 32) * 5) / 9
/** Kelvin -> degrees Celsius. */
export const fromKelvin = (value: number): number => value - 273.15
/** Pounds -> kilograms (the international pound, exact). */
export const fromPounds = (value: number): number => value * 0.45359237
/** Kilopascal -> millimetres of mercury (ISO 80000-4: 1 mmHg = 133.322387415 Pa). */
export const fromKilopascal = (value: number): number => value / 0.133322387415
/** Glucose, mg/dL -> mmol/L (molar mass 180.156 g/mol). */
export const glucoseFromMgDl = (value: number): number => value / 18.0156
/** Above this nobody's blood has so many mmol/L (meters end there and say HI): it is mg/dL, whatever the format says. */
export const mostMmolGlucose = 33.3
/** Kilometres an hour -> metres a second. */
export const fromKmh = (value: number): number => value / 3.6
/** Knots -> metres a second (the international nautical mile of 1,852 m). */
export const fromKnots = (value: number): number => (value * 1_852) / 3_600
