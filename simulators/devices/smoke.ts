import { defineDevice } from './device.ts'
import { hazardAlarm } from './hazard_alarm.ts'
import { battery } from './rhythm.ts'

/** An optical smoke alarm on a ceiling: sounds a few seconds after smoke has come into the room. */
export const smoke = defineDevice({
  model: 'Vigil Sim Smoke S1',
  category: 'home_monitor',
  firmware: '1.0.0',
  noun: 'smoke alarm',
  batteryDays: 3_650,
  keeps: 100,
  ...hazardAlarm({
    watches: [{ hazard: 'smoke', signal: 'smoke', takes: [2_000, 6_000] }],
    heartbeat: 3_600_000,
    repeats: 60_000,
    adds: battery,
  }),
})
