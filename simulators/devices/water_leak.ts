import { defineDevice } from './device.ts'
import { hazardAlarm } from './hazard_alarm.ts'
import { battery } from './rhythm.ts'

/** Two contacts on the floor: they need a puddle. */
export const waterLeak = defineDevice({
  model: 'Vigil Sim Leak L1',
  category: 'home_monitor',
  firmware: '1.0.5',
  noun: 'water leak sensor',
  batteryDays: 1_000,
  keeps: 100,
  ...hazardAlarm({
    watches: [{ hazard: 'leak', signal: 'water_leak', takes: [1_000, 4_000] }],
    heartbeat: 3_600_000,
    repeats: 5 * 60_000,
    adds: battery,
  }),
})
