import { battery, defineDevice, happened, isDue, type Report, readings } from './device.ts'

const HEARTBEAT = 60_000
const SOUNDS_FOR = 120_000

type State = { smokeAt: number; smoke: 0 | 1; reportedAt: number }

/** A smoke alarm: a signal when it starts to sound, the state with every change, and a heartbeat. */
export const smoke = defineDevice<State>({
  model: 'Demo Smoke S1',
  category: 'home_monitor',
  firmware: '1.0.0',
  noun: 'smoke alarm',
  initial: { smokeAt: 0, smoke: 0, reportedAt: 0 },
  step(state, senses) {
    const { at } = senses
    const smokeAt = happened(senses, 'smoke') ? at : state.smokeAt
    const smoke = smokeAt > 0 && at - smokeAt < SOUNDS_FOR ? 1 : 0
    const starts = smoke > state.smoke
    if (smoke === state.smoke && !isDue(state.reportedAt, at, HEARTBEAT)) {
      return { state: { ...state, smokeAt }, reports: [] }
    }
    const reports: Report[] = starts ? [{ kind: 'signals', signal: 'smoke', confidence: 1 }] : []
    reports.push(readings({ smoke, battery: battery(at, 900) }))
    return { state: { smokeAt, smoke, reportedAt: at }, reports }
  },
})
