import { battery, defineDevice, isDue, readings } from './device.ts'

const HEARTBEAT = 60_000
/** Motion counts as over when none was seen for this long. */
const HOLD = 30_000

type State = { motion: 0 | 1; seenAt: number; reportedAt: number }

/** A passive infrared sensor in one room: reports when motion begins, when it is over, and a heartbeat. */
export const pir = defineDevice<State>({
  model: 'Demo PIR M1',
  category: 'home_monitor',
  firmware: '1.2.0',
  noun: 'motion sensor',
  initial: { motion: 0, seenAt: 0, reportedAt: 0 },
  step(state, { at, body, room }) {
    const moving = body.room === room && body.activity > 3
    const seenAt = moving ? at : state.seenAt
    const motion = seenAt > 0 && at - seenAt < HOLD ? 1 : 0
    if (motion === state.motion && !isDue(state.reportedAt, at, HEARTBEAT)) {
      return { state: { ...state, seenAt }, reports: [] }
    }
    return { state: { motion, seenAt, reportedAt: at }, reports: [readings({ motion, battery: battery(at, 400) })] }
  },
})
