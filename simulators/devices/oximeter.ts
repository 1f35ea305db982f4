import { defineDevice, readings, rounded } from './device.ts'
import { battery } from './rhythm.ts'
import { spotDevice } from './spot.ts'

/** Below this people look again soon, %. */
const WORRIES_BELOW = 93

/** A finger oximeter, used three times a day, and again after half an hour when it showed little. */
export const oximeter = defineDevice({
  model: 'Vigil Sim Oximeter O2',
  category: 'portable_monitor',
  firmware: '1.4.0',
  noun: 'oximeter',
  batteryDays: 90,
  keeps: 60,
  ...spotDevice({
    hours: [9, 14.5, 20.5],
    forgottenOf100: 12,
    measure: (senses) => {
      const body = senses.vitals(senses.wearer)
      const spo2 = Math.min(100, rounded(body.spo2 + (senses.random() - 0.5) * 2))
      return [readings({ spo2, heart_rate: rounded(body.heartRate), ...battery(senses) })]
    },
    again: (senses) => (senses.vitals(senses.wearer).spo2 < WORRIES_BELOW ? 30 * 60_000 : Infinity),
  }),
})
