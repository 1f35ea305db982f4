import { reads } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

const warned = (code: string): Claim => ({
  what: `warning ${code}`,
  holds: ({ warnings }) => warnings.some((one) => one.code === code),
  got: ({ warnings }) => warnings.map((one) => one.code).join(', ') || 'none',
})

/** By the keys of the report that are this format's alone. */
function claims({ entry }: Sample): Claim[] {
  const { occupancy, device_fault: fault } = (entry.eldercare_mapping_by_this_report ?? {}) as Record<string, unknown>
  return [...(occupancy === undefined ? [] : reads('presence', occupancy)), ...(fault ? [warned('device_fault')] : [])]
}

export const format: Format = {
  folder: 'chirpstack-v4',
  claims,
  disagreements: {
    'env-milesight-ws101-readme.json sos':
      'WS101 is a smart button: lorawan-codecs says of the same bytes that it is an SOS if the button is set up so; the registry says whether it is',
  },
}
