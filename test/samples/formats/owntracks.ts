import { positionNear } from '../mapping.ts'
import type { Format } from '../sample.ts'

/** Traccar asserts that a position comes of each; we that it is the one in it. */
export const format: Format = {
  folder: 'owntracks',
  messages: ({ bytes }) => [{ topic: 'push/owntracks', payload: bytes }],
  claims: ({ bytes, entry }) => {
    if ((entry.expected as { result?: string } | undefined)?.result !== 'position') return []
    const { lat, lon } = JSON.parse(bytes.toString()) as { lat: number; lon: number }
    return positionNear(lat, lon)
  },
}
