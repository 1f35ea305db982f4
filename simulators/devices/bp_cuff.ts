import { defineDevice, readings, rounded } from './device.ts'
import { battery } from './rhythm.ts'
import { spotDevice } from './spot.ts'

/** An upper-arm cuff, used in the morning and in the evening. Two measurements of one person differ by some mmHg. */
export const bpCuff = defineDevice({
  model: 'Vigil Sim Cuff C5',
  category: 'portable_monitor',
  firmware: '5.1.0',
  noun: 'blood-pressure cuff',
  batteryDays: 180,
  keeps: 60,
  ...spotDevice({
    hours: [8, 19.5],
    forgottenOf100: 8,
    measure: (senses) => {
      const body = senses.vitals(senses.wearer)
      return [
        readings({
          systolic: rounded(body.systolic + (senses.random() - 0.5) * 8),
          diastolic: rounded(body.diastolic + (senses.random() - 0.5) * 6),
          heart_rate: rounded(body.heartRate),
          ...battery(senses),
        }),
      ]
    },
    again: () => Infinity,
  }),
})
