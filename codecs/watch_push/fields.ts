import type { Field } from '../pushes.ts'

/** What a watch tells beside its place. 0 of a battery is one that was not told: the watch would be off. */
export const common: readonly Field[] = [
  { names: ['battery'], metric: 'battery', isZeroNone: true },
  { names: ['gsm'], metric: 'link_quality', isZeroNone: true },
  { names: ['steps'], metric: 'steps' },
]

/** What the flags of vital signs carry; the page shows the flags, and the names vary. */
export const vitals: Record<string, readonly Field[]> = {
  TEMP: [{ names: ['temp', 'temperature', 'btemp', 'value'], metric: 'body_temperature' }],
  BLOOD: [
    { names: ['systolic', 'high', 'sbp'], metric: 'systolic' },
    { names: ['diastolic', 'low', 'dbp'], metric: 'diastolic' },
    { names: ['heart', 'heartRate', 'rate', 'pulse'], metric: 'heart_rate' },
  ],
  HEART: [{ names: ['heart', 'heartRate', 'rate', 'value'], metric: 'heart_rate' }],
  OXYGEN: [{ names: ['oxygen', 'bloodOxygen', 'spo2', 'value'], metric: 'spo2' }],
}

/** Flags of a report: a place, a status word, and what is common to all. */
export const reports: ReadonlySet<string> = new Set(['UD', 'UD2', 'UD_LTE', 'CRUD', 'WT', 'AL', 'AL_LTE', 'LK', 'KA'])
