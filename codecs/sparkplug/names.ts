import { type MetricName, metrics } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { metricOfKey } from '../keys.ts'
import { fromFahrenheit, fromKilopascal, fromPounds, glucoseFromMgDl } from '../values.ts'
import { flagOf, spelled } from '../words.ts'

/** Sparkplug fixes no names: what a metric is called is up to whoever built the node. So it is read by its words. */

/** Last words of a name that say nothing of what is measured. */
const empty = new Set(['value', 'state', 'status', 'active', 'alarm', 'alert', 'reading', 'current', 'triggered'])

/** Names that mean something else below a folder than alone. Others are read as by every format that fixes none. */
const named: Record<string, MetricName> = { vitals_temperature: 'body_temperature' }

const isFlag = (metric: MetricName): boolean => metrics[metric].min === 0 && metrics[metric].max === 1

/** A name's metric; what is true or false is no measurement. */
function metricOf(word: string, isBoolean: boolean): MetricName | undefined {
  const metric = Object.hasOwn(named, word) ? named[word] : metricOfKey(word)
  return metric !== undefined && isBoolean && !isFlag(metric) ? undefined : metric
}

/** What is pressed and is an SOS only where the registry says so. */
const buttons = new Set(['button', 'call_button', 'pendant_button'])

/** `Vitals/Heart Rate`, `vitals/heartRate` -> ['vitals', 'heart_rate']. */
const segments = (name: string): string[] =>
  name
    .slice(0, 256)
    .split('/')
    .map((part) =>
      part
        .trim()
        .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
        .replaceAll(/[\s.-]+/g, '_')
        .toLowerCase(),
    )
    .filter((part) => part !== '')

/** The words to look a name up by, the narrowest first. */
function keys(name: string): string[] {
  const parts = segments(name)
  while (parts.length > 1 && empty.has(parts.at(-1)!)) parts.pop()
  const last = parts.at(-1) ?? ''
  const cut = last.lastIndexOf('_')
  const plain = name
    .slice(name.lastIndexOf('/') + 1)
    .trim()
    .toLowerCase()
  const bare = cut > 0 && empty.has(last.slice(cut + 1)) ? [last.slice(0, cut)] : []
  return [...(parts.length > 1 ? [`${parts.at(-2)}_${last}`] : []), last, ...bare, plain]
}

/** What a name means; neither for the node's own housekeeping and for what Vigil does not know. */
export type Meaning = { metric?: MetricName; signal?: SignalKind; isButton?: boolean }

/**
 * A metric's name -> what it means. `isBoolean`: its value is true or false, so that also `co` and `leak` are claims; a
 * number under such a name is a measurement.
 */
export function meaningOf(name: string, isBoolean: boolean): Meaning {
  if (/^(?:bdSeq$|node control\/|device control\/|properties\/)/i.test(name)) return {}
  const words = keys(name)
  const signal = words.map((word) => (isBoolean ? spelled(word) : flagOf(word))).find((kind) => kind !== undefined)
  const metric = words.map((word) => metricOf(word, isBoolean)).find((found) => found !== undefined)
  const isButton = words.some((word) => buttons.has(word))
  return {
    ...(metric && !isButton ? { metric } : {}),
    ...(signal ? { signal } : {}),
    ...(isButton ? { isButton } : {}),
  }
}

type Conversion = { metrics: readonly MetricName[]; by(value: number): number }
const fahrenheit: Conversion = { metrics: ['temperature', 'body_temperature'], by: fromFahrenheit }
const pounds: Conversion = { metrics: ['weight'], by: fromPounds }
const kilopascals: Conversion = { metrics: ['systolic', 'diastolic'], by: fromKilopascal }
const millivolts: Conversion = { metrics: ['voltage', 'battery_voltage'], by: (value) => value / 1_000 }
const glucose: Conversion = { metrics: ['blood_glucose'], by: glucoseFromMgDl }

/** Units of a metric's properties that are not Vigil's, in lower case. All others are taken to be. */
const conversions = new Map<string, Conversion>(
  Object.entries({
    f: fahrenheit,
    '°f': fahrenheit,
    degf: fahrenheit,
    fahrenheit,
    lb: pounds,
    lbs: pounds,
    kpa: kilopascals,
    mv: millivolts,
    'mg/dl': glucose,
  }),
)

/** A value in Vigil's unit, or undefined where it already is. */
export function convert(metric: MetricName, value: number, unit: string | undefined): number | undefined {
  const conversion = unit === undefined ? undefined : conversions.get(unit.trim().toLowerCase())
  return conversion?.metrics.includes(metric) ? conversion.by(value) : undefined
}

export const metricNames: Readonly<Record<string, MetricName>> = named
