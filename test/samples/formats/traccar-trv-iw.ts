import { reads, shared, signals } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** Traccar's vectors of TRV and IW watches, received two seconds after they were sent where they tell when. */

const asserted = ({ entry }: Sample): Record<string, unknown> => (entry.expected ?? {}) as Record<string, unknown>

function sentAt(sample: Sample): number | undefined {
  const { time } = asserted(sample)
  return typeof time === 'string' ? Date.parse(`${time.replace(' ', 'T')}Z`) : undefined
}

const names = {
  heartRate: 'heart_rate',
  pressureSystolic: 'systolic',
  pressureDiastolic: 'diastolic',
  spo2: 'spo2',
  temperature: 'body_temperature',
  batteryLevel: 'battery',
  steps: 'steps',
} as const

function claims(sample: Sample): Claim[] {
  const { alarm, valid, lat, lon, ...fields } = asserted(sample)
  return [
    ...shared.ignore!(true),
    ...(alarm === 'sos' ? signals('sos') : alarm === 'fallDown' ? signals('fall') : []),
    ...(valid === true ? [...reads('latitude', lat), ...reads('longitude', lon)] : []),
    ...Object.entries(names).flatMap(([key, metric]) =>
      typeof fields[key] === 'number' ? reads(metric, fields[key]) : [],
    ),
  ]
}

export const format: Format = {
  folder: 'traccar-trv-iw',
  messages: (sample) => {
    const at = sentAt(sample)
    const message = { topic: 'gsm/trv/861234500012345', payload: sample.bytes }
    return [at === undefined ? message : { ...message, receivedAt: at + 2_000 }]
  },
  claims,
}
