/** A body at one instant, in the units of domain/metrics.ts. Values are not rounded: a device rounds what it shows. */
export type Vitals = {
  heartRate: number
  respirationRate: number
  spo2: number
  temperature: number
  systolic: number
  diastolic: number
  /** 0 still to 100 vigorous. */
  activity: number
  /** Since local midnight. */
  steps: number
}
