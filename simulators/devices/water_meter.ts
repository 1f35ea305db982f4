import { defineDevice, type Report, readings, type Senses, type Woken } from './device.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const INTERVAL = 15 * 60_000
/** Nobody draws water without a pause for so long: something drips, or a tap was left open. */
const NEVER_STOPS = 2 * 3_600_000
/** Nor this much (l/min) for this long: a burst pipe. */
const BURST = 20
const BURST_LASTS = 10 * 60_000
/** Litres per pulse of the counter. */
const PULSE = 1

/** `since`, `burstSince`: since when water runs, and runs hard (epoch ms; Infinity while it does not). */
type State = {
  rhythm: Rhythm
  litres: number
  at: number
  flow: number
  since: number
  burstSince: number
  leak: 0 | 1
}

const flowOf = ({ scene }: Senses): number => Object.values(scene.flows).reduce((total, flow) => total + flow, 0)

/** The counter at `at`, and what flows from now on. */
function counted(state: State, senses: Senses): State {
  const flow = flowOf(senses)
  return {
    ...state,
    flow,
    at: senses.at,
    litres: state.litres + (state.flow * (senses.at - state.at)) / 60_000,
    since: flow > 0 ? Math.min(state.since, senses.at) : Infinity,
    burstSince: flow >= BURST ? Math.min(state.burstSince, senses.at) : Infinity,
  }
}

const leaksAt = ({ since, burstSince }: State): number => Math.min(since + NEVER_STOPS, burstSince + BURST_LASTS)

const woken = (state: State, reports: Report[]): Woken<State> => ({
  state,
  reports,
  wakeAt: Math.min(state.rhythm.beatAt, state.leak ? Infinity : leaksAt(state)),
})

/** The water meter of the home: a counter of whole litres, and a suspicion when water runs without end or far too hard. */
export const waterMeter = defineDevice<State>({
  model: 'Vigil Sim Meter N15',
  category: 'home_monitor',
  firmware: '4.2.0',
  noun: 'water meter',
  worn: false,
  button: false,
  batteryDays: 3_650,
  keeps: 3_000,
  speaksEvery: INTERVAL,
  begin(senses) {
    const litres = Math.floor(50_000 + senses.random() * 800_000)
    const none = { since: Infinity, burstSince: Infinity, leak: 0 as const }
    const first = { rhythm: startRhythm(senses, INTERVAL), litres, at: senses.at, flow: 0, ...none }
    return woken(counted(first, senses), [])
  },
  wake(state, senses) {
    const now = counted(state, senses)
    const leak = senses.at >= leaksAt(now) ? 1 : 0
    if (leak === state.leak && !isBeat(state.rhythm, senses)) return woken({ ...now, leak }, [])
    const volume = Math.floor(now.litres / PULSE) * PULSE
    const reports: Report[] = [readings({ water_volume: volume, water_leak: leak, ...battery(senses) })]
    if (leak > state.leak) reports.unshift({ kind: 'signals', signal: 'water_leak', confidence: 0.6 })
    return woken({ ...now, leak, rhythm: nextRhythm(state.rhythm, senses, INTERVAL) }, reports)
  },
})
