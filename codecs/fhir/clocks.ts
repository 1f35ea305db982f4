import { isRecord } from '../build.ts'
import type { Row } from '../pushes.ts'
import { instantOf } from '../times.ts'
import { clockCodes } from './codes.ts'
import { codesOf } from './references.ts'

/**
 * CoincidentTimeStamp observations: a device's clock (`value…`) beside its gateway's (`effective…`) at one instant. The
 * gateway has put the times of the measurements right by it already; it tells whether that clock was to be trusted at all.
 */
export type Clock = { offsetMs: number; isFault: boolean }

/** By what refers to them: `urn:uuid:…`, `Observation/coin-1`. */
export type Clocks = ReadonlyMap<string, Clock>

export function clocksOf(entries: readonly { fullUrl: unknown; resource: Row }[]): Clocks {
  const clocks = new Map<string, Clock>()
  for (const { fullUrl, resource } of entries) {
    if (!isClock(resource)) continue
    const clock = clockOf(resource)
    if (typeof fullUrl === 'string') clocks.set(fullUrl, clock)
    if (typeof resource.id === 'string') clocks.set(`Observation/${resource.id}`, clock)
  }
  return clocks
}

export const isClock = ({ resourceType, code }: Row): boolean =>
  resourceType === 'Observation' && codesOf(code).some((one) => clockCodes.has(one))

/** A fault that is told (`dataAbsentReason`) makes its times worth nothing. */
export function clockOf({ effectiveDateTime, valueDateTime, dataAbsentReason }: Row): Clock {
  const offsetMs = (instantOf(valueDateTime) ?? Number.NaN) - (instantOf(effectiveDateTime) ?? Number.NaN)
  return { offsetMs: Number.isNaN(offsetMs) ? 0 : offsetMs, isFault: dataAbsentReason !== undefined }
}

/** The clock to which an observation refers. */
export function clockFor({ extension }: Row, clocks: Clocks): Clock | undefined {
  const list = Array.isArray(extension) ? extension.filter(isRecord) : []
  const found = list.find(({ url }) => typeof url === 'string' && url.endsWith('/CoincidentTimeStampReference'))
  const to = isRecord(found?.valueReference) ? found.valueReference.reference : undefined
  return typeof to === 'string' ? clocks.get(to) : undefined
}
