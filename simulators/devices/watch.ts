import { battery, defineDevice, happened, isDue, type Report, readings, rounded, type Senses } from './device.ts'

/** Vitals every 5 s, the slow things every minute. A fall is reported 2 s after the impact, when the wearer lies still. */
const VITALS = 5_000
const SLOW = 60_000
const MAKES_SURE = 2_000

type State = { vitalsAt: number; slowAt: number; fallAt: number }

function vitals({ body }: Senses): Report {
  return readings({
    heart_rate: rounded(body.heartRate),
    spo2: rounded(body.spo2),
    respiration_rate: rounded(body.respirationRate),
    activity: rounded(body.activity),
    steps: Math.floor(body.steps),
  })
}

function slow({ at, body }: Senses): Report {
  return readings({ body_temperature: rounded(body.temperature, 1), worn: 1, battery: battery(at, 3) })
}

/** A wrist watch: heart rate, SpO2, respiration, activity, steps, temperature; detects falls, less surely than a radar. */
export const watch = defineDevice<State>({
  model: 'Demo Watch W2',
  category: 'wearable',
  firmware: '2.4.1',
  noun: 'watch',
  initial: { vitalsAt: 0, slowAt: 0, fallAt: 0 },
  step(state, senses) {
    const { at } = senses
    const vitalsDue = isDue(state.vitalsAt, at, VITALS)
    const slowDue = isDue(state.slowAt, at, SLOW)
    const fallAt = happened(senses, 'fall') ? at : state.fallAt
    const sure = fallAt > 0 && at - fallAt >= MAKES_SURE
    const reports: Report[] = sure
      ? [{ kind: 'signals', signal: 'fall', confidence: 0.8, position: senses.position }]
      : []
    if (vitalsDue) reports.push(vitals(senses))
    if (slowDue) reports.push(slow(senses))
    return {
      state: {
        vitalsAt: vitalsDue ? at : state.vitalsAt,
        slowAt: slowDue ? at : state.slowAt,
        fallAt: sure ? 0 : fallAt,
      },
      reports,
    }
  },
})
