import { defineDevice, type Report, readings, type Senses } from './device.ts'
import { isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const ON = 60_000
const OFF = 30 * 60_000

/** `watts`: what this stove draws; `joules`: since it was fitted; `at`: counted until then (epoch ms). */
type State = { rhythm: Rhythm; on: boolean; watts: number; joules: number; at: number }

function tells({ on, watts, joules }: State, { random }: Senses): Report {
  const power = on ? Math.round(watts * (0.95 + 0.1 * random())) : 0
  return readings({ stove_on: on ? 1 : 0, power, energy: Number((joules / 3.6e6).toFixed(3)) })
}

/** A meter before an electric stove: on or off at once, power every minute while it is on. On the mains. */
export const stoveGuard = defineDevice<State>({
  model: 'Vigil Sim Stove Guard K1',
  category: 'age_friendly',
  firmware: '1.6.0',
  noun: 'stove guard',
  worn: false,
  button: false,
  batteryDays: Infinity,
  keeps: 300,
  speaksEvery: OFF,
  begin(senses) {
    const rhythm = startRhythm(senses, OFF)
    const watts = Math.round(1_000 + 900 * senses.random())
    const joules = Math.floor(senses.random() * 1e9)
    return {
      state: { rhythm, on: senses.scene.stove, watts, joules, at: senses.at },
      reports: [],
      wakeAt: rhythm.beatAt,
    }
  },
  wake(state, senses) {
    const on = senses.scene.stove
    if (on === state.on && !isBeat(state.rhythm, senses)) return { state, reports: [], wakeAt: state.rhythm.beatAt }
    const joules = state.joules + (state.on ? (state.watts * (senses.at - state.at)) / 1_000 : 0)
    const rhythm = nextRhythm(state.rhythm, senses, on ? ON : OFF)
    const next = { ...state, on, joules, rhythm, at: senses.at }
    return { state: next, reports: [tells(next, senses)], wakeAt: rhythm.beatAt }
  },
})
