import { defineDevice, readings, rounded } from './device.ts'
import { battery } from './rhythm.ts'
import { spotDevice } from './spot.ts'

/** From here on people measure again after some hours, °C. */
const FEVER = 37.8

/** An ear thermometer, used in the morning, and every four hours by somebody with a fever. */
export const thermometer = defineDevice({
  model: 'Vigil Sim Thermometer T1',
  category: 'portable_monitor',
  firmware: '1.1.0',
  noun: 'thermometer',
  batteryDays: 365,
  keeps: 60,
  ...spotDevice({
    hours: [8.5, 18],
    forgottenOf100: 15,
    measure: (senses) => {
      const { temperature } = senses.vitals(senses.wearer)
      return [
        readings({ body_temperature: rounded(temperature + (senses.random() - 0.5) * 0.3, 1), ...battery(senses) }),
      ]
    },
    again: (senses) => (senses.vitals(senses.wearer).temperature >= FEVER ? 4 * 3_600_000 : Infinity),
  }),
})
