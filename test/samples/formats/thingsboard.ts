import { reads } from '../mapping.ts'
import type { Format } from '../sample.ts'

export const format: Format = {
  folder: 'thingsboard-mqtt',
  claims: ({ entry }) => {
    const { temperature_C: temperatures } = (entry.eldercare_mapping_by_this_report ?? {}) as {
      temperature_C?: number[]
    }
    return (temperatures ?? []).flatMap((one) => reads('temperature', one))
  },
}
