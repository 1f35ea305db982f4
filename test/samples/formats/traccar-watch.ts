import { reads, signals, signalsNothing } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** Traccar's vectors of the GSM watches. What its test asserts, and what the report parsed apart from it. */

const derived = ({ entry }: Sample): Record<string, unknown> =>
  (entry.derived_by_this_report ?? {}) as Record<string, unknown>
const asserted = ({ entry }: Sample): Record<string, unknown> => (entry.expected ?? {}) as Record<string, unknown>

/** The frame's time read as UTC, as Traccar does: it is received two seconds after. */
function sentAt(sample: Sample): number | undefined {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(String(derived(sample).device_time))?.[0]
  return iso === undefined ? undefined : Date.parse(`${iso}Z`)
}

const number = (metric: Parameters<typeof reads>[0], value: unknown, scale?: number): Claim[] =>
  typeof value === 'number' ? reads(metric, value, scale) : []
/** 0 of a vital sign is no reading. */
const vital = (metric: Parameters<typeof reads>[0], value: unknown): Claim[] =>
  value === undefined ? [] : reads(metric, value === 0 ? null : value)

function claims(sample: Sample): Claim[] {
  const fields = derived(sample)
  const { alarm, temp1 } = asserted(sample)
  const isFix = fields.gps_valid === true
  const alarms = (fields.alarms_from_bits_16_22 ?? []) as string[]
  return [
    ...(alarm === 'sos' ? signals('sos') : alarm === 'fallDown' ? signals('fall') : []),
    ...(alarm === 'removing' || alarms.includes('removed') ? reads('worn', 0) : []),
    ...number('body_temperature', temp1),
    ...alarms.flatMap((kind) => (kind === 'sos' || kind === 'fall' ? signals(kind) : [])),
    ...(String(fields.note).includes('generic alarm') ? signals('sos') : []),
    ...(/^(?:UD|WT)/.test(String(fields.type)) && alarms.length === 0 ? signalsNothing() : []),
    ...number('battery', fields.battery_pct),
    ...number('steps', fields.steps),
    ...number('body_temperature', fields.body_temp_c),
    ...vital('heart_rate', fields.heart_rate),
    ...vital('spo2', fields.spo2),
    ...vital('systolic', fields.systolic),
    ...vital('diastolic', fields.diastolic),
    ...(fields.gps_valid === false ? [...reads('latitude', null), ...reads('longitude', null)] : []),
    ...(isFix ? [...number('latitude', fields.lat), ...number('longitude', fields.lon)] : []),
    ...(isFix ? number('speed', fields.speed_kmh, 1 / 3.6) : []),
  ]
}

export const format: Format = {
  folder: 'traccar-watch',
  messages: (sample) => {
    const at = sentAt(sample)
    const message = { topic: `gsm/watch/${String(derived(sample).device_id)}`, payload: sample.bytes }
    return [at === undefined ? message : { ...message, receivedAt: at + 2_000 }]
  },
  claims,
}
