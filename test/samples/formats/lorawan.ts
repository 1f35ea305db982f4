import { presses, reads, readsAll } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** A vector is bytes on a port; a network server would send them so, with the device's name as that of its profile. */
function message({ entry, bytes }: Sample) {
  const { device, fPort, recvTime } = entry
  const body = {
    deduplicationId: 'sample',
    deviceInfo: { devEui: '0011223344556677', deviceProfileName: device },
    fPort,
    data: bytes.toString('base64'),
    ...(recvTime !== undefined && { time: recvTime }),
  }
  const receivedAt = typeof recvTime === 'string' ? Date.parse(recvTime) + 1_000 : undefined
  return {
    topic: 'application/app/device/0011223344556677/event/up',
    payload: Buffer.from(JSON.stringify(body)),
    ...(receivedAt !== undefined && { receivedAt }),
  }
}

const buttons: Record<string, 'single' | 'double' | 'long'> = {
  short: 'single',
  'short press': 'single',
  double: 'double',
  'double press': 'double',
  long: 'long',
  'long press': 'long',
}
const states = { door: 'open', magnet_status: 'open', pir: 'trigger', pir_status: 'trigger' } as const
const metrics = { door: 'door_open', magnet_status: 'door_open', pir: 'motion', pir_status: 'motion' } as const

function claims({ entry }: Sample): Claim[] {
  const expected = (entry.expected_by_source ?? {}) as Record<string, unknown>
  const { occupancy } = (entry.eldercare_mapping_by_this_report ?? {}) as Record<string, unknown>
  const { button, button_event: event, header, position } = expected as Record<string, Record<string, unknown>>
  const how = buttons[String(typeof button === 'string' ? button : event?.status)]
  const fix = (position?.gnssFix ?? expected) as Record<string, unknown>
  return [
    ...(occupancy === undefined ? [] : reads('presence', occupancy)),
    ...(how ? presses(how) : []),
    ...(Object.keys(states) as (keyof typeof states)[]).flatMap((key) =>
      typeof expected[key] === 'string' ? reads(metrics[key], expected[key] === states[key]) : [],
    ),
    ...batteries(expected, header),
    ...readsAll(expected, {
      temperatureMeasure: 'temperature',
      temperatureBoard: 'device_temperature',
      Tem: 'temperature',
      Hum: 'humidity',
      horizontalAccuracy: 'position_accuracy',
    }),
    ...readsAll(fix, { latitude: 'latitude', longitude: 'longitude', EHPE: 'position_accuracy' }),
  ]
}

/** In volts at Browan, Netvox and Dragino, else in percent where the figure can be that. */
function batteries(expected: Record<string, unknown>, header?: Record<string, unknown>): Claim[] {
  const { battery, batteryLevel = header?.batteryLevel, Volt, BatV, BAT_V } = expected
  const volts = [Volt, BatV, BAT_V, Number.isInteger(battery) ? undefined : battery]
  const percents = [Number.isInteger(battery) ? battery : undefined, batteryLevel]
  return [
    ...volts.filter((one) => typeof one === 'number').flatMap((one) => reads('battery_voltage', one)),
    ...percents
      .filter((one) => typeof one === 'number')
      .flatMap((one) => reads('battery', Number(one) > 100 ? null : one)),
    ...(batteryLevel === 'CHARGING' ? reads('charging', true) : []),
  ]
}

export const format: Format = { folder: 'lorawan-codecs', messages: (sample) => [message(sample)], claims }
