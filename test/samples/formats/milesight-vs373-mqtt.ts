import { reads } from '../mapping.ts'
import type { Format } from '../sample.ts'

/** The topic is free text of whoever sets it up. */
export const format: Format = {
  folder: 'milesight-vs373-mqtt',
  messages: ({ bytes }) => [{ topic: 'milesight/vs373/radar', payload: bytes }],
  claims: ({ entry }) => {
    const { occupancy } = (entry.eldercare_mapping_by_this_report ?? {}) as { occupancy?: boolean }
    return occupancy === undefined ? [] : reads('presence', occupancy)
  },
}
