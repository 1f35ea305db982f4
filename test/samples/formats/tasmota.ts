import type { Format, Sample } from '../sample.ts'

/** Raw zone bits say that something is wrong, not what: the device's type, a water sensor's, comes in a message before. */
function typeOf({ bytes, entry }: Sample) {
  const { water_leak: isWater } = (entry.eldercare_mapping_by_this_report ?? {}) as { water_leak?: boolean }
  const device = /"(0x[0-9A-F]{4})":\{"0500[!<?]00"/.exec(bytes.toString())?.[1]
  if (device === undefined || isWater === undefined) return []
  return [{ topic: 'tele/bridge/SENSOR', payload: Buffer.from(`{"ZbReceived":{"${device}":{"ZoneType":42}}}`) }]
}

export const format: Format = {
  folder: 'tasmota',
  messages: (sample) => [
    ...typeOf(sample),
    { topic: String(sample.entry.topic).replace('<topic>', 'bridge'), payload: sample.bytes },
  ],
}
