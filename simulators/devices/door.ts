import { defineDevice, readings, type Senses } from './device.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const HEARTBEAT = 3_600_000

type State = { rhythm: Rhythm; open: 0 | 1 }

/** A contact sits on the front door unless the plan says otherwise. */
const isOpen = ({ scene, plan }: Senses): 0 | 1 => (scene.open.has(plan.opening ?? 'front_door') ? 1 : 0)

/** A magnet contact on a door, a window, the fridge or a cupboard: open or closed, at once and every hour. */
export const door = defineDevice<State>({
  model: 'Vigil Sim Contact D1',
  category: 'home_monitor',
  firmware: '1.1.4',
  noun: 'door contact',
  worn: false,
  button: false,
  batteryDays: 700,
  keeps: 200,
  speaksEvery: HEARTBEAT,
  begin(senses) {
    const rhythm = startRhythm(senses, HEARTBEAT)
    return { state: { rhythm, open: isOpen(senses) }, reports: [], wakeAt: rhythm.beatAt }
  },
  wake(state, senses) {
    const open = isOpen(senses)
    if (open === state.open && !isBeat(state.rhythm, senses)) {
      return { state, reports: [], wakeAt: state.rhythm.beatAt }
    }
    const rhythm = nextRhythm(state.rhythm, senses, HEARTBEAT)
    return {
      state: { rhythm, open },
      reports: [readings({ door_open: open, ...battery(senses) })],
      wakeAt: rhythm.beatAt,
    }
  },
})
