import type { Format } from '../sample.ts'

export const format: Format = {
  folder: 'vayyar-care-mqtt',
  disagreements: { '* no signal': 'a simulated fall is kept as a test: it makes a late ticket, which rings nobody' },
}
