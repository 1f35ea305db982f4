import type { MetricName } from '../../../domain/metrics.ts'
import { readsAll } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

const names: Record<string, MetricName> = {
  systolic: 'systolic',
  diastolic: 'diastolic',
  mean: 'mean_arterial_pressure',
}
const rates: Record<string, MetricName> = { heartRate: 'heart_rate', pulse: 'heart_rate' }

const refused: Claim = {
  what: 'refused',
  holds: ({ refusals, readings }) => refusals.length > 0 && readings.length === 0,
  got: ({ readings }) => JSON.stringify(readings),
}

function claims({ entry }: Sample): Claim[] {
  const record = (entry.expected_by_source ?? {}) as Record<string, unknown>
  if (record.invalid === true) return [refused]
  const isOff = record.contactDetected === false
  return [...(isOff ? [] : readsAll(record, rates)), ...(record.unit === 'kPa' ? [] : readsAll(record, names))]
}

export const format: Format = {
  folder: 'gatt-health',
  messages: ({ bytes, entry }) => [{ topic: `gatt/C71122334455/${String(entry.characteristic)}`, payload: bytes }],
  left: ({ entry }) =>
    /^2A(?:37|35|1C|5E|5F|19)$/i.test(String(entry.characteristic))
      ? undefined
      : 'a bare number or time, not a message',
  claims,
  disagreements: { 'bp-kpa systolic 141.8': 'the report rounds 18.9 kPa; it is 141.76 mmHg' },
}
