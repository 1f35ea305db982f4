import type { MetricName } from '../../../domain/metrics.ts'
import { presses, reads, readsAll } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

const names: Record<string, MetricName> = {
  tempc: 'temperature',
  hum: 'humidity',
  batt: 'battery',
  volt: 'battery_voltage',
  lux: 'illuminance',
  bpm: 'heart_rate',
  act_bpm: 'heart_rate',
  steps: 'steps',
  open: 'door_open',
  motion: 'motion',
  co2: 'carbon_dioxide',
  pres: 'pressure',
}

const expected = ({ entry }: Sample): Record<string, unknown> =>
  (entry.expected_by_source ?? {}) as Record<string, unknown>

/** A vector is what the decoder makes of an advertisement; the gateway publishes that with an id and its strength. */
function messages(sample: Sample) {
  if (typeof sample.entry.topic === 'string') {
    const topic = sample.entry.topic.replace('<gateway>', 'gateway')
    return [{ topic, payload: sample.bytes }]
  }
  const record = { id: 'C7:11:22:33:44:55', rssi: -70, ...expected(sample) }
  return [{ topic: 'home/gateway/BTtoMQTT/undecoded', payload: Buffer.from(JSON.stringify(record)) }]
}

const pressNames = ['single', 'double', 'triple', 'long'] as const

const isNobody = (record: Record<string, unknown>): boolean => record.type === 'RMAC' || record.prmac === true

const nothing: Claim = {
  what: 'nothing of a changing address',
  holds: ({ readings, signals }) => readings.length + signals.length === 0,
  got: ({ readings, signals }) => JSON.stringify([...readings, ...signals]),
}

function claims(sample: Sample): Claim[] {
  const record = expected(sample)
  if (isNobody(record)) return [nothing]
  const button = Number(record.button ?? record.button1)
  const isOfPerson = record.weighing_mode === 'person' && record.unit === 'kg'
  return [
    ...readsAll(record, names),
    ...(button > 0 ? presses(pressNames[Math.min(button, 4) - 1]) : []),
    ...(record.weight === undefined ? [] : reads('weight', isOfPerson ? record.weight : null)),
  ]
}

export const format: Format = {
  folder: 'theengs-omg-ble',
  messages,
  claims,
  disagreements: { 'body-miband.json steps 9101': 'the sample itself carries no steps' },
}
