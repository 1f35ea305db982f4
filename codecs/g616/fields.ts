import type { MetricName } from '../../domain/metrics.ts'

/**
 * The status of G601, G616 and G618, whose numbers are text. `isWearing` is left out: the vendor's page says itself that it is not to be relied upon.
 */
export const fields: readonly { name: string; metric: MetricName }[] = [
  { name: 'heartRate', metric: 'heart_rate' },
  { name: 'bpSystolic', metric: 'systolic' },
  { name: 'bpDiastolic', metric: 'diastolic' },
  { name: 'bloodOxygen', metric: 'spo2' },
  { name: 'temperature', metric: 'body_temperature' },
  { name: 'stepCount', metric: 'steps' },
  { name: 'battery', metric: 'battery' },
]
