import { measures } from '../../../codecs/open_mhealth/measures.ts'
import type { MetricName } from '../../../domain/metrics.ts'
import { reads } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** How the report's units become Vigil's, computed apart from the codec. */
const inOurs: Record<string, (value: number) => number> = {
  F: (value) => ((value - 32) * 5) / 9,
  K: (value) => value - 273.15,
  lb: (value) => value * 0.45359237,
  g: (value) => value / 1_000,
  'mg/dL': (value) => value * 0.0555,
  m: (value) => value * 100,
  in: (value) => value * 2.54,
}

const isValid = ({ entry }: Sample): boolean =>
  (entry.expected_by_source as { schema_valid?: boolean } | undefined)?.schema_valid !== false

const schema = (valid: boolean): Claim => ({
  what: valid ? 'taken' : 'refused',
  holds: ({ refusals, readings }) => (valid ? refusals.length === 0 : refusals.length > 0 && readings.length === 0),
  got: ({ refusals, readings }) => JSON.stringify([refusals, readings]),
})

/** The steps of an hour, or of an average day, are no count since midnight, which is what Vigil's metric is. */
const isPartOfDay = (metric: MetricName): boolean => metric === 'steps'

function claims(sample: Sample): Claim[] {
  if (!isValid(sample)) return [schema(false)]
  const mapping = (sample.entry.eldercare_mapping_by_this_report ?? {}) as Record<string, unknown>
  const values = Object.entries(mapping).flatMap(([name, value]) => {
    const measure = measures.get(name)
    if (!measure || !Array.isArray(value) || typeof value[0] !== 'number') return []
    const converted = inOurs[String(value[1])]?.(value[0]) ?? value[0]
    return reads(measure.metric, isPartOfDay(measure.metric) ? null : converted)
  })
  return [schema(true), ...values]
}

export const format: Format = {
  folder: 'open-mhealth',
  messages: ({ bytes }) => [{ topic: 'openmhealth/device', payload: bytes }],
  claims,
  disagreements: {
    'respiratory-rate-2.0-FAIL-invalid-respiratory-rate.json respiration_rate 12':
      'its unit is none of the schema, which the source says must be refused',
  },
}
