import type { Decoded, Press } from '../../domain/message.ts'
import { isMetric, type MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import type { Claim, Sample } from './sample.ts'

/** What the samples' reports call things -> what Vigil calls them. Keys that are not here are not compared, and counted. */

type Check = (value: unknown) => Claim[]

/** A reading of the metric that is near the value; where the report says null, that there is none. */
export function reads(metric: MetricName, value: unknown, scale = 1): Claim[] {
  const found = ({ readings }: Decoded) => readings.filter((reading) => reading.metric === metric)
  const got = (decoded: Decoded): string =>
    found(decoded)
      .map((one) => one.value)
      .join(', ') || 'none'
  if (value === null) return [{ what: `no ${metric}`, holds: (decoded) => found(decoded).length === 0, got }]
  const wanted = typeof value === 'boolean' ? Number(value) : Number(value) * scale
  const isNear = (one: number): boolean => Math.abs(one - wanted) <= Math.max(0.006, Math.abs(wanted) * 1e-4)
  return [{ what: `${metric} ${wanted}`, holds: (decoded) => found(decoded).some((one) => isNear(one.value)), got }]
}

const gotSignals = ({ signals, clears }: Decoded): string =>
  [
    ...signals.map(({ signal, press }) => (press ? `${signal} if ${press}` : signal)),
    ...clears.map(({ signal }) => `end of ${signal}`),
  ].join(', ') || 'no signal'

/** A signal of the kind that counts whatever the registry says. */
export const signals = (kind: SignalKind): Claim[] => [
  {
    what: kind,
    holds: (decoded) => decoded.signals.some(({ signal, press }) => signal === kind && !press),
    got: gotSignals,
  },
]

export const signalsNothing = (what = 'no signal'): Claim[] => [
  { what, holds: (decoded) => decoded.signals.every(({ press }) => press !== undefined), got: gotSignals },
]

/** A signal of the kind that counts where the registry has the device as an SOS button. */
export const presses = (press?: Press): Claim[] => [
  {
    what: `sos if pressed ${press ?? 'so'}`,
    holds: (decoded) =>
      decoded.signals.some(
        (one) => one.signal === 'sos' && one.press !== undefined && one.press === (press ?? one.press),
      ),
    got: gotSignals,
  },
]

export const clears = (kind: SignalKind): Claim[] => [
  {
    what: `end of ${kind}`,
    holds: (decoded) =>
      decoded.clears.some(({ signal }) => signal === kind) && !decoded.signals.some(({ signal }) => signal === kind),
    got: gotSignals,
  },
]

/** A hazard, which is a reading and where it says yes a signal too. */
const hazard =
  (kind: SignalKind & MetricName): Check =>
  (value) => [...reads(kind, value), ...(value === true ? signals(kind) : signalsNothing(`no ${kind}`))]

const metric =
  (name: MetricName, scale?: number): Check =>
  (value) =>
    reads(name, Array.isArray(value) ? value[0] : value, scale)

const events: Record<string, Claim[]> = {
  sos: signals('sos'),
  fall: signals('fall'),
  wandering: signals('wandering'),
  inactivity: signals('inactivity'),
  vital_limit_alarm: signals('vital_sign'),
  panic_attack: signals('sos'),
  bed_exit: reads('in_bed', false),
  fall_cancelled: clears('fall'),
  fall_cleared: clears('fall'),
  sos_cleared: clears('sos'),
  sos_cancelled: clears('sos'),
  sos_aborted: clears('sos'),
}

export const positionNear = (lat: number, lon: number, byDegrees = 1e-5): Claim[] => [
  {
    what: `position ${lat} ${lon}`,
    holds: (decoded) =>
      positionsOf(decoded).some((one) => Math.abs(one.lat - lat) <= byDegrees && Math.abs(one.lon - lon) <= byDegrees),
    got: (decoded) =>
      positionsOf(decoded)
        .map((one) => `${one.lat} ${one.lon}`)
        .join(', ') || 'none',
  },
]

export function positionsOf({ readings, signals: all }: Decoded): { lat: number; lon: number }[] {
  const of = (name: MetricName) => readings.filter(({ metric: one }) => one === name).map(({ value }) => value)
  const lons = of('longitude')
  const read = of('latitude').map((lat, i) => ({ lat, lon: lons[i] ?? Number.NaN }))
  return [...read, ...all.flatMap(({ position }) => (position ? [position] : []))]
}

/** GCJ-02 as it was given, beside the WGS 84 that it was converted to. */
const given: Check = (value) => {
  const [lat, lon] = value as number[]
  const all = (decoded: Decoded) => decoded.signals.flatMap(({ position }) => (position?.given ? [position.given] : []))
  return [
    {
      what: `given at ${lat} ${lon}`,
      holds: (decoded) => all(decoded).some((one) => one.lat === lat && one.lon === lon),
      got: (decoded) => JSON.stringify(all(decoded)),
    },
  ]
}

const times = ({ readings, signals: all, clears: ends }: Decoded): number[] =>
  [...readings, ...all, ...ends].flatMap(({ at }) => (at === undefined ? [] : [at]))

/** An instant in the words of a report: an ISO time with more words behind it, or that it is that of the receipt. */
export const timeIn = (value: unknown): number | undefined => {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/.exec(String(value))?.[0]
  return iso === undefined ? undefined : Math.floor(Date.parse(iso.replace(/(\.\d{3})\d+/, '$1')))
}

const time: Check = (value) => {
  const at = timeIn(value)
  if (at === undefined) return []
  return [
    {
      what: `at ${new Date(at).toISOString()}`,
      holds: (decoded) => times(decoded).length === 0 || times(decoded).some((one) => Math.abs(one - at) < 1_000),
      got: (decoded) => [...new Set(times(decoded))].map((one) => new Date(one).toISOString()).join(', '),
    },
  ]
}

const seen: Check = () => [
  { what: 'taken', holds: ({ refusals }) => refusals.length === 0, got: ({ refusals }) => JSON.stringify(refusals) },
]

/** A supposed fall is one that the device is not sure of; the reports say of it that it is none. */
const noSureFall: Claim = {
  what: 'no sure fall',
  holds: (decoded) => decoded.signals.every(({ signal, confidence = 1 }) => signal !== 'fall' || confidence < 1),
  got: gotSignals,
}

export const shared: Record<string, Check> = {
  events: (value) =>
    (value as string[]).length === 0 ? signalsNothing() : (value as string[]).flatMap((event) => events[event] ?? []),
  sos_if_configured: () => presses(),
  sos_if_device_is_configured_as_panic_button: () => presses(),
  fall_suspected: (value) =>
    value === true
      ? [
          ...signals('fall'),
          {
            what: 'not sure',
            holds: (decoded) => decoded.signals.some(({ confidence }) => confidence !== undefined && confidence < 1),
            got: (decoded) => JSON.stringify(decoded.signals),
          },
        ]
      : [],
  fall: (value) => (value === true ? signals('fall') : [noSureFall]),
  historical: () => [
    {
      what: 'no signal of now',
      holds: (decoded) => decoded.signals.every(({ historical }) => historical === true),
      got: (decoded) => JSON.stringify(decoded.signals),
    },
  ],
  test: (value) => [
    {
      what: `test ${value}`,
      holds: (decoded) => decoded.signals.length > 0 && decoded.signals.every(({ test }) => (test ?? false) === value),
      got: (decoded) => JSON.stringify(decoded.signals),
    },
  ],
  low_confidence: () => [
    {
      what: 'low confidence',
      holds: (decoded) => decoded.signals.every(({ confidence = 1 }) => confidence < 1),
      got: (decoded) => JSON.stringify(decoded.signals),
    },
  ],
  ignore: () => seen(true),
  tag_seen: seen,
  device_online: (value) => [
    {
      what: `online ${value}`,
      holds: (decoded) =>
        decoded.statuses.length === 0
          ? value === true && decoded.refusals.length === 0
          : decoded.statuses.some(({ online }) => online === value),
      got: (decoded) => JSON.stringify(decoded.statuses),
    },
  ],
  time,
  position: (value) => (Array.isArray(value) ? positionNear(Number(value[0]), Number(value[1])) : []),
  position_gcj02: given,
  battery_pct: metric('battery'),
  battery_low: metric('battery_low'),
  battery_V: metric('battery_voltage'),
  battery_voltage_V: metric('battery_voltage'),
  steps: metric('steps'),
  heart_rate_bpm: metric('heart_rate'),
  respiratory_rate: metric('respiration_rate'),
  spo2_pct: metric('spo2'),
  bp_systolic_mmHg: metric('systolic'),
  bp_diastolic_mmHg: metric('diastolic'),
  bp_mean_mmHg: metric('mean_arterial_pressure'),
  body_temperature_C: metric('body_temperature'),
  weight_kg: metric('weight'),
  weight_lb: metric('weight', 0.45359237),
  link_quality_lqi: metric('link_quality'),
  rssi_dbm: metric('rssi'),
  temperature_C: metric('temperature'),
  device_temperature_C: metric('device_temperature'),
  humidity_pct: metric('humidity'),
  illuminance_lx: metric('illuminance'),
  co2_ppm: metric('carbon_dioxide'),
  door_open: metric('door_open'),
  window_open: metric('door_open'),
  presence: metric('presence'),
  motion: metric('motion'),
  vibration: metric('vibration'),
  tamper: metric('tamper'),
  bed_occupied: metric('in_bed'),
  target_distance_m: metric('distance'),
  target_distance_cm: metric('distance', 0.01),
  smoke: hazard('smoke'),
  gas: hazard('gas'),
  carbon_monoxide: hazard('carbon_monoxide'),
  water_leak: hazard('water_leak'),
}

/** What the report claims of a sample by the shared table, and the keys that it has not. */
export function sharedClaims({ entry }: Sample): { claims: Claim[]; unknown: string[] } {
  const mapping = (entry.eldercare_mapping_by_this_report ?? {}) as Record<string, unknown>
  const keys = Object.keys(mapping)
  return {
    claims: keys.flatMap((key) => shared[key]?.(mapping[key]) ?? []),
    unknown: keys.filter((key) => !shared[key]),
  }
}

/** Claims of a flat record whose keys are named otherwise, by a table of the format: `{tempc: 'temperature'}`. */
export function readsAll(record: Record<string, unknown>, names: Record<string, MetricName>): Claim[] {
  return Object.entries(names).flatMap(([key, name]) =>
    isMetric(name) && ['number', 'boolean'].includes(typeof record[key]) ? reads(name, record[key]) : [],
  )
}
