import {
  asBoolean,
  asNumber,
  fromFahrenheit,
  fromKelvin,
  fromKilopascal,
  fromKmh,
  fromPounds,
  glucoseFromMgDl,
} from '../values.ts'
import type { units } from './schema.ts'

type Rule = {
  unit?: (typeof units)[number] | undefined
  scale?: number | undefined
  offset?: number | undefined
  invert?: boolean | undefined
  values?: Record<string, number> | undefined
}

const fromUnit: Record<(typeof units)[number], (value: number) => number> = {
  F: fromFahrenheit,
  K: fromKelvin,
  lb: fromPounds,
  kPa: fromKilopascal,
  'mg/dL': glucoseFromMgDl,
  mV: (value) => value / 1_000,
  'km/h': fromKmh,
  cm: (value) => value / 100,
}

/** What a mapping makes of a value: by its table of values, else a number or a yes and no; then `unit`, `scale`, `offset`, `invert`. */
export function convert(value: unknown, { unit, scale = 1, offset = 0, invert, values }: Rule): number | undefined {
  const mapped =
    values && Object.entries(values).find(([word]) => word.toLowerCase() === String(value).trim().toLowerCase())
  const boolean = asBoolean(value)
  const raw = mapped?.[1] ?? asNumber(value) ?? (boolean === undefined ? undefined : Number(boolean))
  if (raw === undefined || (values && !mapped)) return undefined
  const scaled = (unit ? fromUnit[unit](raw) : raw) * scale + offset
  const result = invert ? Number(!(scaled > 0)) : scaled
  return Number.isFinite(result) ? result : undefined
}
