import { defineDevice, isDue, type Report, readings, rounded, type Senses } from './device.ts'

const INTERVAL = 10_000

type State = { inBed: 0 | 1; reportedAt: number }

/** Heart and breath only while somebody lies on it: an empty mat has no reading, not a reading of 0. */
function feels({ body }: Senses, inBed: 0 | 1): Report {
  if (inBed === 0) return readings({ in_bed: 0 })
  return readings({
    in_bed: 1,
    heart_rate: rounded(body.heartRate),
    respiration_rate: rounded(body.respirationRate),
    activity: rounded(body.activity),
  })
}

/** A mat under the mattress. */
export const bedMat = defineDevice<State>({
  model: 'Demo Bed Mat B3',
  category: 'home_monitor',
  firmware: '3.0.2',
  noun: 'bed mat',
  initial: { inBed: 0, reportedAt: 0 },
  step(state, senses) {
    const inBed = senses.body.doing === 'asleep' ? 1 : 0
    if (inBed === state.inBed && !isDue(state.reportedAt, senses.at, INTERVAL)) return { state, reports: [] }
    return { state: { inBed, reportedAt: senses.at }, reports: [feels(senses, inBed)] }
  },
})
