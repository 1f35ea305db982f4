import { limits } from '../domain/limits.ts'
import type { DecodeContext, Decoded } from '../domain/message.ts'
import type { MetricName } from '../domain/metrics.ts'
import type { SignalKind } from '../domain/signals.ts'
import { sourceName } from '../domain/sources.ts'
import { addClear, addSignal, isRecord, refuse, settle, shown, warn, whose } from './build.ts'
import { takeMeasured } from './measured.ts'
import { asBuffer, isTooDeep, parsePayload } from './payload.ts'
import { epochOf, fromChina, trusted, wallClock, wallClockOf } from './times.ts'
import { asNumber, isAbsent } from './values.ts'
import { foldedPayload } from './words.ts'

/** What the pushes of vendors' clouds have in common: `POST /api/v1/push/{name}`, JSON or a form, one device or several. */

export type Row = Record<string, unknown>

/** The topics under which pushes of a codec are journalled. */
export const pushTopics = (name: string): string[] => [`push/${name}/#`]

/** The device that stands behind the codec in the address of a push: `push/mattress/bed-7`. */
export function pushSource(topic: string): string | undefined {
  const name = topic.split('/')[2]
  return name ? sourceName(name) : undefined
}

/** What to listen for in bytes that cannot be read, and what takes it back. */
export type Cry = { pattern: RegExp; signal: SignalKind; unless?: RegExp }

/** What may stand between a name and its value in JSON, in JSON inside JSON and in forms; bounded, so that it costs nothing. */
const gap = `["'\\s\\\\]{0,4}[:=]["'\\s\\\\]{0,4}`

/** A field with a value, both in lower case and of letters, digits and underscores: `type` is `alarm`. */
export const cryOf = (name: string, value: string, signal: SignalKind, unless?: RegExp): Cry => ({
  pattern: new RegExp(`${name}${gap}${value}\\b`),
  signal,
  ...(unless && { unless }),
})

/**
 * The entries of a body: a JSON object or a list of such, or a form (which is told by its first character, because content
 * types are not kept). Where there is nothing to be read it is refused, and `cries` are listened for in the bytes; each is
 * without quantifiers over anything but gaps, and looks at lower-case text.
 */
export function rowsOf(decoded: Decoded, payload: Uint8Array, cries: readonly Cry[]): Row[] {
  const form = formOf(payload)
  if (form) return [form]
  const parsed = parsePayload(payload)
  if (!parsed.ok) {
    refuse(decoded, parsed.code, parsed.detail)
    listen(decoded, payload, cries)
    return []
  }
  if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
  const list = Array.isArray(parsed.value) ? parsed.value : [parsed.value]
  if (list.length > limits.batchEntries) {
    refuse(decoded, 'batch_too_long', `${list.length} entries`)
    listen(decoded, payload, cries)
    return []
  }
  return list.filter((entry) => {
    if (!isRecord(entry)) refuse(decoded, 'payload_invalid', `no object but ${shown(entry)}`)
    return isRecord(entry)
  }) as Row[]
}

/** Adds the signals whose cry stands in bytes that could not be read. */
export function listen(decoded: Decoded, payload: Uint8Array, cries: readonly Cry[]): void {
  const text = foldedPayload(payload)
  for (const { pattern, signal, unless } of cries) {
    const known = decoded.signals.some((one) => one.signal === signal)
    if (!known && pattern.test(text) && !unless?.test(text))
      addSignal(decoded, { signal, at: undefined, malformed: true })
  }
}

/** `a=1&b=2`, as `application/x-www-form-urlencoded`; undefined where the bytes look like anything else. */
function formOf(payload: Uint8Array): Row | undefined {
  if (payload.length > limits.payloadBytes || isTooDeep(payload)) return undefined
  const text = asBuffer(payload).toString('utf8').trim()
  return /^[\w.%+-]{1,64}=/.test(text) ? Object.fromEntries(new URLSearchParams(text)) : undefined
}

/** The first of some fields that is there; vendors spell alike things differently. */
export const firstOf = (row: Row, names: readonly string[]): unknown =>
  row[names.find((name) => !isAbsent(row[name])) ?? '']

/** A device's own name in some field, as `sourceName` writes it; undefined where there is none. */
export function namedIn(row: Row, names: readonly string[]): string | undefined {
  const name = firstOf(row, names)
  return typeof name === 'string' || typeof name === 'number' ? sourceName(String(name)) : undefined
}

/** Of whom an entry speaks, and when that was by its own clock. */
export type Entry = { context: DecodeContext; at: number | undefined; source: string | undefined }

/** `isZeroNone`: 0 is written where nothing was measured. `convert` turns what is given into the metric's unit. */
export type Field = {
  names: readonly string[]
  metric: MetricName
  isZeroNone?: boolean
  convert?: (value: number) => number
}

/** Adds what an entry measures, by a table. */
export function takeFields(decoded: Decoded, row: Row, entry: Entry, fields: readonly Field[]): void {
  const { context, source } = entry
  const at = settle(entry.at, context.receivedAt)
  for (const { names, metric, isZeroNone, convert } of fields)
    takeMeasured(decoded, metric, firstOf(row, names), { at, source, isZeroNone, convert })
}

/**
 * When an entry was, where that can be right -> epoch ms: seconds or milliseconds since 1970, or a text in China's time,
 * `YYYYMMDDHHmmss` or `YYYY-MM-DD HH:mm:ss`.
 */
export function pushedAt(decoded: Decoded, value: unknown, context: DecodeContext): number | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(String(value)) ?? []
  const [year, month, day, hour, minute, second] = parts.map(Number)
  const number = parts.length > 0 ? undefined : asNumber(value)
  if (number !== undefined) return trusted(decoded, epochOf(number), context)
  const clock = parts.length > 0 ? wallClock(year!, month!, day!, hour!, minute!, second!) : wallClockOf(value)
  if (clock === undefined && !isAbsent(value)) warn(decoded, 'field_broken', `time: ${shown(value)}`)
  return trusted(decoded, fromChina(clock), context)
}

/** The ends of some signals, of an entry. */
export function addClears(decoded: Decoded, kinds: readonly SignalKind[], { at, source }: Entry): void {
  for (const signal of kinds) addClear(decoded, { signal, at, ...whose(source) })
}
