import { defineDevice } from './device.ts'
import { hazardAlarm } from './hazard_alarm.ts'

/**
 * A gas and carbon monoxide alarm on the mains. Gas sounds within seconds (EN 50194: within 30 s); carbon monoxide only
 * when enough has been breathed (EN 50291: within 3 minutes at 300 ppm).
 */
export const gas = defineDevice({
  model: 'Vigil Sim Gas G2',
  category: 'home_monitor',
  firmware: '2.0.1',
  noun: 'gas alarm',
  batteryDays: Infinity,
  keeps: 100,
  ...hazardAlarm({
    watches: [
      { hazard: 'gas', signal: 'gas', takes: [3_000, 8_000] },
      { hazard: 'carbon_monoxide', signal: 'carbon_monoxide', takes: [60_000, 150_000] },
    ],
    heartbeat: 10 * 60_000,
    repeats: 60_000,
    adds: ({ scene, plan, random }) => {
      const isThere = plan.room !== undefined && scene.hazards.carbon_monoxide.has(plan.room)
      return { carbon_monoxide_ppm: Math.round((isThere ? 250 : 0) + random() * (isThere ? 80 : 3)) }
    },
  }),
})
