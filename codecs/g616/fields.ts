import type { MetricName } from '../../domain/metrics.ts'

/**
 * The status of G601, G616 and G618, whose numbers are text. `isVital`: "0" is what it says where it measured nothing.
 * `isWearing` is left out: the vendor's page says itself that it is not to be relied upon.
 */
export const fields: readonly { name: string; metric: MetricName; isVital: boolean }[] = [
  { name: 'heartRate', metric: 'heart_rate', isVital: true },
  { name: 'bpSystolic', metric: 'systolic', isVital: true },
  { name: 'bpDiastolic', metric: 'diastolic', isVital: true },
  { name: 'bloodOxygen', metric: 'spo2', isVital: true },
  { name: 'temperature', metric: 'body_temperature', isVital: true },
  { name: 'stepCount', metric: 'steps', isVital: false },
  { name: 'battery', metric: 'battery', isVital: false },
]
