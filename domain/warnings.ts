/**
 * What a codec notices about a message without refusing it. The name is stable: it is in the metric, in `vigil codec try`
 * and in the tests.
 */
export const warningTable = {
  no_reading: 'A value that means "no reading" (0 of a pulse, nan, unavailable, contact lost) was left out.',
  clock_untrusted: "The device's own time cannot be right; the time of receipt counts.",
  zone_assumed: 'The device tells a time without a zone; it was taken to be in the zone that fits the receipt.',
  unit_converted: 'The value came in another unit and was converted.',
  unit_unknown: 'The unit is not known for this metric; the value was left out.',
  value_unknown: 'The value is none of those that the format knows; it was left out.',
  field_broken: 'A field could not be read; the others were taken.',
  length_wrong: "The frame's own length is wrong; its brackets counted.",
  historical: 'It comes from the memory of the device; it is stored at its own time and raises no new alarm.',
  not_a_gateway_place: "The position is the gateway's, not the device's; it was left out.",
  identity_random: 'The address changes at random and names no device.',
  identity_conflict: 'Topic and content name different devices; the topic counts.',
  datum_converted: 'The position came in another datum and was converted to WGS 84.',
  learning: 'The device is still learning; its alarms are not to be relied upon yet.',
  device_fault: 'The device reports a fault of its own (cable unplugged, sensor lost): its all-clear proves nothing.',
  statistic:
    'It speaks of a period, not of a moment (an average, a minimum, the steps of an hour); see docs/codecs/OpenMHealth.md.',
  birth_missing: 'A value was told by a number only whose name has not been told yet; its birth message is missing.',
  profile_unknown: 'The model of the device is not known, so its bytes could not be read; the rest was taken.',
} as const

export type WarningCode = keyof typeof warningTable
