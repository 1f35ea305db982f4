import { pressed } from './button.ts'
import { defineDevice, readings } from './device.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const HEARTBEAT = 3_600_000

/** A cord on the wall of a bathroom or beside a bed; it hangs where it hangs and knows only that it was pulled. */
export const pullCord = defineDevice<Rhythm>({
  model: 'Vigil Sim Cord C1',
  category: 'home_monitor',
  firmware: '1.3.0',
  noun: 'pull cord',
  worn: false,
  button: true,
  batteryDays: 1_500,
  keeps: 50,
  speaksEvery: HEARTBEAT,
  begin(senses) {
    const rhythm = startRhythm(senses, HEARTBEAT)
    return { state: rhythm, reports: [], wakeAt: rhythm.beatAt }
  },
  wake(rhythm, senses) {
    const reports = pressed(senses, 'fixed')
    if (!isBeat(rhythm, senses)) return { state: rhythm, reports, wakeAt: rhythm.beatAt }
    const next = nextRhythm(rhythm, senses, HEARTBEAT)
    return { state: next, reports: [...reports, readings(battery(senses))], wakeAt: next.beatAt }
  },
})
