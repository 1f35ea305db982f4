import { battery, defineDevice, isDue, readings } from './device.ts'

const HEARTBEAT = 60_000
/** How long the front door stands open when somebody goes through. */
const STAYS_OPEN = 8_000

type State = { outside: boolean | undefined; openedAt: number; open: 0 | 1; reportedAt: number }

/** A contact on the front door: opens when somebody leaves or comes home. */
export const door = defineDevice<State>({
  model: 'Demo Contact D1',
  category: 'home_monitor',
  firmware: '1.1.4',
  noun: 'door contact',
  initial: { outside: undefined, openedAt: 0, open: 0, reportedAt: 0 },
  step(state, { at, body }) {
    const outside = body.room === 'outside'
    const passed = state.outside !== undefined && outside !== state.outside
    const openedAt = passed ? at : state.openedAt
    const open = openedAt > 0 && at - openedAt < STAYS_OPEN ? 1 : 0
    const next = { outside, openedAt, open } as const
    if (open === state.open && !isDue(state.reportedAt, at, HEARTBEAT)) {
      return { state: { ...next, reportedAt: state.reportedAt }, reports: [] }
    }
    return {
      state: { ...next, reportedAt: at },
      reports: [readings({ door_open: open, battery: battery(at, 500) })],
    }
  },
})
