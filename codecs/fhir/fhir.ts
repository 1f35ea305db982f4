import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { isRecord, refuse, shown } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1, parsePayload } from '../payload.ts'
import { type Cry, listen, type Row } from '../pushes.ts'
import { takeAlert } from './alert.ts'
import { clocksOf } from './clocks.ts'
import { takeObservation } from './observation.ts'
import { namesOf } from './references.ts'

/** HL7 FHIR R4: Observations of Personal Health Devices (PHD implementation guide), alone or in a Bundle. */
export const fhir: Codec = {
  name: 'fhir',
  title: 'HL7 FHIR R4 Observation and Bundle (PHD implementation guide)',
  topics: ['push/fhir/#'],
  speaks: 'others',
  about: {
    urgent: 'an interpretation that says alarm or critical; a DeviceAlert',
    repeat: '`identifier`, which holds device, patient, kind and time',
    device: "`device`: its SYSID, MAC or serial number in the Bundle, else the reference's last part",
  },
  urgent: (topic, payload) => mayClaim.test(latin1(payload)) && urgentIfDecoded(fhir, topic, payload),
  decode(_topic, payload, context) {
    const decoded = nothingDecoded()
    const parsed = parsePayload(payload)
    if (!parsed.ok) {
      refuse(decoded, parsed.code, parsed.detail)
      listen(decoded, payload, cries)
    } else {
      if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
      takeResource(decoded, parsed.value, context)
      listen(decoded, payload, [alarm])
    }
    return decoded
  },
}

const mayClaim = /interpretation|in-alarm|"(?:HH|LL|AA|HU|LU)|DeviceAlert|\\u/i

const gap = `["'\\s\\\\]{0,20}`
const withdrawn = /entered-in-error|cancelled|registered/
/** PHD's word for an alarm says so wherever it stands; the short ones only mean it in what cannot be read at all. */
const alarm: Cry = { pattern: /in-alarm/, signal: 'vital_sign', unless: withdrawn }
const cries: Cry[] = [
  alarm,
  { pattern: new RegExp(`code${gap}:${gap}(?:hh|ll|aa)\\b`), signal: 'vital_sign', unless: withdrawn },
]

/** What stands in a Bundle beside what it measures: read where it is referred to, or nothing for us. */
const companions: ReadonlySet<unknown> = new Set([
  'Patient',
  'Device',
  'DeviceMetric',
  'Practitioner',
  'Organization',
  'MessageHeader',
  'Provenance',
])

function takeResource(decoded: Decoded, value: unknown, context: DecodeContext): void {
  const entries = entriesOf(value)
  if (entries === undefined)
    refuse(
      decoded,
      'payload_invalid',
      isRecord(value) ? `resourceType: ${shown(value.resourceType)}` : `no resource but ${shown(value)}`,
    )
  else if (entries.length > limits.batchEntries) refuse(decoded, 'batch_too_long', `${entries.length} entries`)
  else {
    const bundle = { names: namesOf(entries), clocks: clocksOf(entries), context }
    for (const { resource } of entries)
      if (resource.resourceType === 'Observation') takeObservation(decoded, resource, bundle)
      else if (resource.resourceType === 'DeviceAlert') takeAlert(decoded, resource, bundle)
  }
}

/** A resource, and under which address others in the Bundle refer to it. */
type Entry = { fullUrl: unknown; resource: Row }

/** Those of a Bundle of whatever type, or the one that the message is; undefined where nothing is known to us. */
function entriesOf(value: unknown): Entry[] | undefined {
  if (!isRecord(value)) return undefined
  const { resourceType: type } = value
  if (type === 'Observation' || type === 'DeviceAlert' || companions.has(type))
    return [{ fullUrl: undefined, resource: value }]
  if (type !== 'Bundle') return undefined
  const list = Array.isArray(value.entry) ? value.entry : []
  return list.flatMap((entry: unknown) =>
    isRecord(entry) && isRecord(entry.resource) ? [{ fullUrl: entry.fullUrl, resource: entry.resource }] : [],
  )
}
