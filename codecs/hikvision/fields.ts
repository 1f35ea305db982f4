import type { Field } from '../pushes.ts'

/** What `alarmSubType` is about, by the beginning of its name: `heartRateHigh`, `breathRateLow`. */
export const subjects: readonly (Field & { begins: string })[] = [
  { begins: 'heart', names: ['realValue'], metric: 'heart_rate' },
  { begins: 'pulse', names: ['realValue'], metric: 'heart_rate' },
  { begins: 'breath', names: ['realValue'], metric: 'respiration_rate' },
  { begins: 'respir', names: ['realValue'], metric: 'respiration_rate' },
  { begins: 'bloodoxygen', names: ['realValue'], metric: 'spo2' },
  { begins: 'spo2', names: ['realValue'], metric: 'spo2' },
  { begins: 'bodytemp', names: ['realValue'], metric: 'body_temperature' },
  { begins: 'temperature', names: ['realValue'], metric: 'body_temperature' },
  { begins: 'systolic', names: ['realValue'], metric: 'systolic' },
  { begins: 'diastolic', names: ['realValue'], metric: 'diastolic' },
]
