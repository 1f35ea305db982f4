import type { Field } from '../pushes.ts'

/**
 * JJT watches push one kind of thing at a time, named by `type`. The page names kinds and a few fields (isWear, battery, type,
 * deviceNum, createTime); what else is here are spellings that watches commonly have.
 */
export const fields: Record<string, readonly Field[]> = {
  location: [
    { names: ['isWear'], metric: 'worn' },
    { names: ['battery'], metric: 'battery' },
  ],
  heart: [
    { names: ['heart', 'heartRate', 'heartbeat', 'value'], metric: 'heart_rate' },
    { names: ['step', 'steps', 'stepCount'], metric: 'steps' },
  ],
  heartAlarm: [{ names: ['heart', 'heartRate', 'heartbeat', 'value'], metric: 'heart_rate' }],
  bloodPressure: [
    { names: ['systolic', 'high', 'highPressure', 'sbp'], metric: 'systolic' },
    { names: ['diastolic', 'low', 'lowPressure', 'dbp'], metric: 'diastolic' },
    { names: ['heart', 'heartRate'], metric: 'heart_rate' },
  ],
  oxygen: [{ names: ['oxygen', 'bloodOxygen', 'spo2', 'value'], metric: 'spo2' }],
  temperature: [{ names: ['temperature', 'bodyTemperature', 'temp', 'value'], metric: 'body_temperature' }],
  wear: [{ names: ['isWear', 'wear', 'value'], metric: 'worn' }],
  online: [{ names: ['battery'], metric: 'battery' }],
  offline: [{ names: ['battery'], metric: 'battery' }],
  alarm: [{ names: ['battery'], metric: 'battery' }],
  lowBattery: [{ names: ['battery'], metric: 'battery' }],
}

/** Answers to what was set in a watch: nothing for us. */
export const receipts: ReadonlySet<string> = new Set([
  'kinSuccess',
  'intervalSuccess',
  'logicSuccess',
  'whiteListSuccess',
])
