import type { Message } from './device.ts'

/** What firmware does wrong to a message on its way out. `text`: who really does it. Pure; may give more than one. */
export type Quirk = { text: string; apply(message: Message): Message[] }

type Payload = Message['payload']

/** A quirk that changes the payload of every message, or of one kind. */
const changes =
  (change: (payload: Payload) => Payload, kind?: Message['kind']) =>
  (message: Message): Message[] => [
    kind === undefined || message.kind === kind ? { ...message, payload: change(message.payload) } : message,
  ]

/** A quirk that changes what is read. */
const changesReadings = (change: (values: Payload) => Payload) =>
  changes((payload) => ({ ...payload, readings: change(payload.readings as Payload) }), 'readings')

const without = (payload: Payload, field: string): Payload =>
  Object.fromEntries(Object.entries(payload).filter(([name]) => name !== field))

const HOUR = 3_600_000
/** Local time of the simulated homes (UTC+8) as a display shows it. */
const zoneless = (at: unknown): string => new Date(Number(at) + 8 * HOUR).toISOString().slice(0, 19).replace('T', ' ')

/** The first message after a start brings the last press back. */
function pressesAgain(message: Message): Message[] {
  const { at, seq } = message.payload
  if (seq !== 1 || message.kind === 'signals') return [message]
  return [message, { kind: 'signals', payload: { at: Number(at) - 6 * HOUR, seq, signal: 'sos', confidence: 1 } }]
}

/** No optical reading beside the activity: 0 stands for none. */
function zeroForNone(values: Payload): Payload {
  return 'activity' in values && !('heart_rate' in values) ? { heart_rate: 0, spo2: 0, ...values } : values
}

/** Faults of real firmware, by the name that a plan's traits give. */
export const quirks = {
  battery_as_text: {
    text: 'the charge is a text, "80.00" (zigbee2mqtt#663); the reading is refused',
    apply: changesReadings((values) =>
      'battery' in values ? { ...values, battery: Number(values.battery).toFixed(2) } : values,
    ),
  },
  battery_null: {
    text: 'the charge is null (zigbee-herdsman-converters#2797); taken as absent',
    apply: changesReadings((values) => ('battery' in values ? { ...values, battery: null } : values)),
  },
  values_as_text: {
    text: 'every number is a text (G601/G616 watches); all readings are refused',
    apply: changesReadings((values) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    ),
  },
  zero_for_none: {
    text: 'a pulse that could not be measured is 0 (GSM watches, `heart,0`)',
    apply: changesReadings(zeroForNone),
  },
  vendor_metric: {
    text: 'the radio stands among the readings (`linkquality`, zigbee2mqtt); that one is refused',
    apply: changesReadings((values) => ({ ...values, linkquality: 87 })),
  },
  press_twice: {
    text: 'one press is two messages (zigbee-herdsman-converters#2797)',
    apply: (message) => (message.kind === 'signals' ? [message, message] : [message]),
  },
  presses_again: {
    text: 'the press of hours ago is sent again after a restart (zigbee2mqtt#25566)',
    apply: pressesAgain,
  },
  shouts: {
    text: 'signals in capitals (keypads, `SOS`)',
    apply: changes((payload) => ({ ...payload, signal: String(payload.signal).toUpperCase() }), 'signals'),
  },
  no_fix: {
    text: 'a position of 0/0 while there is no fix (GSM watches, flag `V`)',
    apply: changes(
      (payload) => ('position' in payload ? { ...payload, position: { lat: 0, lon: 0 } } : payload),
      'signals',
    ),
  },
  no_time: {
    text: 'no time of its own (zigbee2mqtt without `last_seen`)',
    apply: changes((payload) => without(payload, 'at')),
  },
  time_in_seconds: {
    text: 'seconds for milliseconds (Milesight history, Shelly `ts`); the time of receipt counts',
    apply: changes((payload) => ({ ...payload, at: Math.floor(Number(payload.at) / 1_000) })),
  },
  time_without_zone: {
    text: 'local time without a zone (Milesight VS373, Tasmota); readings are refused, signals marked',
    apply: changes((payload) => ({ ...payload, at: zoneless(payload.at) })),
  },
  seq_wraps: {
    text: 'a sequence number of one byte, 255 and then 0 (Sparkplug B)',
    apply: changes((payload) => ({ ...payload, seq: Number(payload.seq) % 256 })),
  },
  no_seq: {
    text: 'no sequence number (nearly all home sensors)',
    apply: changes((payload) => without(payload, 'seq')),
  },
  more_fields: {
    text: 'fields that nobody asked for, the radio as `signal` among them (Tasmota, OpenMQTTGateway)',
    apply: changes((payload) =>
      'signal' in payload ? payload : { ...payload, signal: -67, model_id: 'RTX-7', ip: null },
    ),
  },
} as const satisfies Record<string, Quirk>

export type QuirkName = keyof typeof quirks
