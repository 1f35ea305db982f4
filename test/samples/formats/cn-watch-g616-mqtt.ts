import { reads } from '../mapping.ts'
import type { Format } from '../sample.ts'

export const format: Format = {
  folder: 'cn-watch-g616-mqtt',
  claims: ({ bytes }) => {
    const { temperature } = JSON.parse(bytes.toString()) as { temperature?: string }
    return temperature === undefined ? [] : reads('body_temperature', temperature === '0' ? null : Number(temperature))
  },
  disagreements: {
    'status-sos.json temperature 36': "what a watch measures at the wrist is the body's temperature, not the room's",
  },
}
