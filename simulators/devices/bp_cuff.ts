import { localDay, localHour } from '../day.ts'
import { battery, defineDevice, readings, rounded } from './device.ts'

/** Measured in the morning and in the evening of the local day, and once when it is switched on. */
const HOURS = [8, 19]

const lastTurn = (at: number): number => localDay(at) * 10 + HOURS.filter((hour) => localHour(at) >= hour).length

/** A blood-pressure cuff. Measures only somebody who is at home, awake and quiet; waits for that otherwise. */
export const bpCuff = defineDevice({
  model: 'Demo Cuff C5',
  category: 'portable_monitor',
  firmware: '5.1.0',
  noun: 'blood-pressure cuff',
  initial: { turn: 0 },
  step(state, { at, body, random }) {
    const turn = lastTurn(at)
    if (turn === state.turn || body.doing !== 'awake' || body.activity > 40) return { state, reports: [] }
    const measured = readings({
      systolic: rounded(body.systolic + (random() - 0.5) * 6),
      diastolic: rounded(body.diastolic + (random() - 0.5) * 4),
      heart_rate: rounded(body.heartRate),
      battery: battery(at, 180),
    })
    return { state: { turn }, reports: [measured] }
  },
})
