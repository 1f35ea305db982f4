import { defineDevice, readings } from './device.ts'
import { isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const HEARTBEAT = 5 * 60_000

/** The signal of its uplink differs from home to home (dBm) and wavers. */
type State = { rhythm: Rhythm; rssi: number }

/** A gateway on the mains: says only how it is itself. What speaks through it goes silent with it. */
export const gateway = defineDevice<State>({
  model: 'Vigil Sim Gateway H1',
  category: 'gateway',
  firmware: '7.3.2',
  noun: 'gateway',
  worn: false,
  button: false,
  batteryDays: Infinity,
  keeps: 5_000,
  speaksEvery: HEARTBEAT,
  begin(senses) {
    const rhythm = startRhythm(senses, HEARTBEAT)
    return { state: { rhythm, rssi: -90 + 35 * senses.random() }, reports: [], wakeAt: rhythm.beatAt }
  },
  wake(state, senses) {
    if (!isBeat(state.rhythm, senses)) return { state, reports: [], wakeAt: state.rhythm.beatAt }
    const rhythm = nextRhythm(state.rhythm, senses, HEARTBEAT)
    const rssi = Math.round(state.rssi + 6 * (senses.random() - 0.5))
    return { state: { ...state, rhythm }, reports: [readings({ rssi })], wakeAt: rhythm.beatAt }
  },
})
