import type { MetricName } from '../../../domain/metrics.ts'
import { presses, reads, readsAll } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** The library's names -> ours. */
const names: Record<string, MetricName> = {
  battery: 'battery',
  temperature: 'temperature',
  humidity: 'humidity',
  pressure: 'pressure',
  co2: 'carbon_dioxide',
  window: 'door_open',
  door: 'door_open',
  opening: 'door_open',
  motion: 'motion',
  mass: 'weight',
  mass_kg: 'weight',
  illuminance: 'illuminance',
  voltage: 'voltage',
  power: 'power',
  energy: 'energy',
  current: 'current',
  moisture: 'moisture',
  pm25: 'pm2_5',
  pm10: 'pm10',
  tvoc: 'tvoc',
  speed: 'speed',
  distance_m: 'distance',
}

const expected = ({ entry }: Sample): Record<string, unknown> =>
  (entry.expected_by_source ?? {}) as Record<string, unknown>

const isSealed = (sample: Sample): boolean => 'needs' in expected(sample)

const buttons = {
  press: 'single',
  double_press: 'double',
  triple_press: 'triple',
  long_press: 'long',
  hold_press: 'long',
}

/** Without the key nobody can read it; then what counts is that it is told so. */
const sealed: Claim = {
  what: 'refused as encrypted',
  holds: ({ refusals, readings }) => readings.length === 0 && refusals.some(({ code }) => code === 'payload_encrypted'),
  got: ({ refusals }) => JSON.stringify(refusals),
}

function claims(sample: Sample): Claim[] {
  if (isSealed(sample)) return [sealed]
  const record = expected(sample)
  const button = buttons[String(record.button) as keyof typeof buttons]
  return [
    ...readsAll(record, names),
    ...(button ? presses(button as 'single' | 'double' | 'triple' | 'long') : []),
    ...(record.mass_lb === undefined ? [] : reads('weight', record.mass_lb, 0.45359237)),
  ]
}

/** The vectors are bytes of an advertisement; a gateway passes them on under a topic of its device. */
export const format: Format = {
  folder: 'bthome-v2',
  messages: ({ bytes }) => [{ topic: 'bthome/A4C1388D18B2', payload: bytes }],
  claims,
  disagreements: {
    'encrypted-motion motion 1':
      'the source decrypts it by a key; Vigil leaves keys to the gateway and refuses it by name',
  },
}
