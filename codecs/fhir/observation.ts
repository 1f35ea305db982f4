import type { DecodeContext, Decoded } from '../../domain/message.ts'
import { addReading, addSignal, isRecord, refuse, settle, shown, warn, whose } from '../build.ts'
import { isNeverZero } from '../measured.ts'
import type { Row } from '../pushes.ts'
import { instantOf, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import { type Clocks, clockFor, clockOf, isClock } from './clocks.ts'
import { type Coded, codes, loinc, mdc, units } from './codes.ts'
import { codesOf, codingsOf, type Names, sourceOf } from './references.ts'

/** What a message tells beside one resource of it. */
export type Bundle = { names: Names; clocks: Clocks; context: DecodeContext }

type Subject = { at: number | undefined; context: DecodeContext; source: string | undefined }

/** States in which an Observation says nothing that counts: taken back, entered by mistake, or not there yet. */
const withdrawn: ReadonlySet<unknown> = new Set(['entered-in-error', 'cancelled', 'registered'])

/** An Observation: what it measures and its components measure, and whether its device calls it an alarm. */
export function takeObservation(decoded: Decoded, observation: Row, { names, clocks, context }: Bundle): void {
  if (withdrawn.has(observation.status)) return
  if (isClock(observation)) {
    if (clockOf(observation).isFault) warn(decoded, 'clock_untrusted', 'the device says that its clock is at fault')
    return
  }
  const isFault = clockFor(observation, clocks)?.isFault === true
  if (isFault) warn(decoded, 'clock_untrusted', 'its CoincidentTimeStamp tells of a fault')
  const told = isFault ? undefined : timeOf(observation)
  const at = trusted(decoded, told, context)
  const subject = { at, context, source: sourceOf(observation.device, names) }
  const components = Array.isArray(observation.component) ? observation.component.filter(isRecord) : []
  for (const part of [observation, ...components]) takeValue(decoded, part, subject)
  if (!isRecord(observation.code)) refuse(decoded, 'payload_invalid', `code: ${shown(observation.code)}`)
  if ([observation, ...components].some(isAlarm)) addAlarm(decoded, observation, { ...subject, at: told })
}

/** An instant, or the end of a period; a date alone is none. */
function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod }: Row): number | undefined {
  const period = isRecord(effectivePeriod) ? effectivePeriod : {}
  return [effectiveDateTime, effectiveInstant, period.end, period.start].map(instantOf).find((at) => at !== undefined)
}

/** By LOINC or MDC; codes of no system at all are taken for either. */
function codedOf(concept: unknown): Coded | undefined {
  const found = codingsOf(concept)
  return codes.find((one) =>
    found.some(({ system, code }) =>
      system === loinc ? one.loinc.includes(code) : system === mdc || system === '' ? one.mdc.includes(code) : false,
    ),
  )
}

function takeValue(decoded: Decoded, part: Row, { at, context, source }: Subject): void {
  const coded = codedOf(part.code)
  if (!coded) return
  const { metric, isZeroNone } = coded
  const quantity = isRecord(part.valueQuantity) ? part.valueQuantity : undefined
  const value = asNumber(quantity?.value ?? part.valueInteger)
  if (part.dataAbsentReason !== undefined || (value === 0 && (isZeroNone || isNeverZero(metric)))) {
    warn(decoded, 'no_reading', `${metric}: ${codesOf(part.dataAbsentReason)[0] ?? value}`)
    return
  }
  // A panel (85354-9) or a compound has its values in its components.
  if (value === undefined) return
  const unit = quantity?.code ?? quantity?.unit
  const own = units[metric] ?? {}
  const convert = unit === undefined ? undefined : Object.hasOwn(own, String(unit)) ? own[String(unit)] : undefined
  if (!convert && unit !== undefined) warn(decoded, 'unit_unknown', `${metric}: ${shown(unit)}`)
  else addReading(decoded, metric, convert ? convert(value) : value, settle(at, context.receivedAt), source)
}

/** `in-alarm` is PHD's and POCD's; HH, LL and AA are v3's critically high, low and abnormal. H and L are but out of range. */
const alarms: ReadonlySet<string> = new Set(['in-alarm', 'HH', 'LL', 'AA', 'HU', 'LU'])

function isAlarm({ interpretation }: Row): boolean {
  const list = Array.isArray(interpretation) ? interpretation : [interpretation]
  return list.some((concept) => codesOf(concept).some((code) => alarms.has(code)))
}

/** How long a client may go on sending what it got no answer to. */
const repeatMs = 7 * 24 * 3_600_000

/** At its own time however old, so that an archive that is loaded rings nobody as if it were now. */
function addAlarm(decoded: Decoded, { identifier }: Row, { at, source }: Subject): void {
  const [first] = Array.isArray(identifier) ? identifier : []
  const id = isRecord(first) && typeof first.value === 'string' ? first.value.slice(0, 200) : undefined
  const key = id !== undefined && { key: { id, withinMs: repeatMs } }
  addSignal(decoded, { signal: 'vital_sign', at, ...whose(source), ...key })
}
