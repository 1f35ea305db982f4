import { reads, shared } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** Traccar's vectors of Eview's text protocol, received two seconds after they were sent where they tell when. */

const asserted = ({ entry }: Sample): Record<string, unknown> => (entry.expected ?? {}) as Record<string, unknown>

function sentAt(sample: Sample): number | undefined {
  const { time } = asserted(sample)
  return typeof time === 'string' ? Date.parse(`${time.replace(' ', 'T')}Z`) : undefined
}

function claims(sample: Sample): Claim[] {
  const { batteryLevel, valid, lat, lon } = asserted(sample)
  return [
    ...shared.ignore!(true),
    ...(typeof batteryLevel === 'number' ? reads('battery', batteryLevel) : []),
    ...(valid === true ? [...reads('latitude', lat), ...reads('longitude', lon)] : []),
  ]
}

export const format: Format = {
  folder: 'traccar-minifinder-eview-text',
  messages: (sample) => {
    const at = sentAt(sample)
    const message = { topic: 'gsm/eview/861234500012345', payload: sample.bytes }
    return [at === undefined ? message : { ...message, receivedAt: at + 2_000 }]
  },
  claims,
}
