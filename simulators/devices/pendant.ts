import { battery, defineDevice, isDue, type Report, readings } from './device.ts'

const HEARTBEAT = 30_000

/** A pendant with one button. Every press is sent at once, also the ninth: who presses again is still in need. */
export const pendant = defineDevice({
  model: 'Demo Pendant P1',
  category: 'wearable',
  firmware: '1.0.9',
  noun: 'pendant',
  initial: { heartbeatAt: 0 },
  step(state, { at, happenings, position }) {
    const reports = happenings
      .filter(({ what }) => what === 'press')
      .map((): Report => ({ kind: 'signals', signal: 'sos', confidence: 1, position }))
    if (!isDue(state.heartbeatAt, at, HEARTBEAT)) return { state, reports }
    return { state: { heartbeatAt: at }, reports: [...reports, readings({ battery: battery(at, 120) })] }
  },
})
