import { jsonpath } from 'json-p3'
import { parseTime } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded, type Signal } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { sourceName } from '../../domain/sources.ts'
import { addClear, addPosition, addReading, addSignal, isHazard, refuse, settle, shown, warn, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, parsePayload } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { epochOf, trusted, wallClockOf, zoneless } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { saysYes } from '../words.ts'
import { convert } from './convert.ts'
import type { Mapping, ReadingRules, SignalRules } from './schema.ts'

type Find = (value: unknown) => unknown

/** The rules with their paths made ready. */
type Rules = {
  mapping: Mapping
  each: ((value: unknown) => unknown[]) | undefined
  time: Find | undefined
  device: Find | undefined
  test: Find
  historical: Find
  online: Find | undefined
  key: Find | undefined
  lat: Find | undefined
  lon: Find | undefined
  readings: [MetricName, NonNullable<ReadingRules[MetricName]>, Find][]
  signals: [SignalKind, NonNullable<SignalRules[SignalKind]>, Find][]
}

/** A codec made of a mapping. */
export function codecOfMapping(mapping: Mapping): Codec {
  const rules = compile(mapping)
  const level = topicLevel(mapping.device)
  const codec: Codec = {
    name: mapping.name,
    title: mapping.title ?? `mapping ${mapping.name}`,
    topics: mapping.topics,
    speaks: mapping.speaks,
    ...(level !== undefined && { source: (topic: string) => sourceAt(topic, level) }),
    about: {
      urgent: Object.keys(mapping.signals).join(', ') || 'nothing',
      repeat: mapping.key ? `${mapping.key.path} within ${mapping.key.within_s} s` : 'by the time it carries, if any',
      device: mapping.device ?? 'whoever sends it',
    },
    urgent: (topic, payload) => rules.signals.length > 0 && urgentIfDecoded(codec, topic, payload),
    decode(_topic, payload, context) {
      const decoded = nothingDecoded()
      const parsed = parsePayload(payload)
      if (!parsed.ok) {
        refuse(decoded, parsed.code, parsed.detail)
        salvage(decoded, rules, payload)
        return decoded
      }
      const entries = rules.each ? rules.each(parsed.value) : [parsed.value]
      if (entries.length > limits.batchEntries) refuse(decoded, 'batch_too_long', `${entries.length} entries`)
      for (const entry of entries.slice(0, limits.batchEntries)) decodeEntry(decoded, rules, entry, context)
      if (isEmpty(decoded)) refuse(decoded, 'payload_invalid', `nothing that the mapping ${mapping.name} asks for`)
      return decoded
    },
  }
  return codec
}

const isEmpty = ({ readings, signals, clears, statuses, refusals, warnings }: Decoded): boolean =>
  readings.length + signals.length + clears.length + statuses.length + refusals.length + warnings.length === 0

function compile(mapping: Mapping): Rules {
  const { position, key } = mapping
  return {
    mapping,
    each: mapping.each === undefined ? undefined : findAll(mapping.each),
    time: maybe(mapping.time),
    device: topicLevel(mapping.device) === undefined ? maybe(mapping.device) : undefined,
    test: maybe(mapping.test) ?? (() => false),
    historical: maybe(mapping.historical) ?? (() => false),
    online: maybe(mapping.online),
    key: maybe(key?.path),
    lat: maybe(position?.lat),
    lon: maybe(position?.lon),
    readings: Object.entries(mapping.readings).map(([name, rule]) => [name as MetricName, rule, find(rule.path)]),
    signals: Object.entries(mapping.signals).map(([name, rule]) => [name as SignalKind, rule, find(rule.path)]),
  }
}

function findAll(path: string): (value: unknown) => unknown[] {
  const query = jsonpath.compile(path)
  return (value) => query.query(value as never).values()
}

function find(path: string): Find {
  const all = findAll(path)
  return (value) => all(value)[0]
}

const maybe = (path: string | undefined): Find | undefined => (path === undefined ? undefined : find(path))

const topicLevel = (place: string | undefined): number | undefined =>
  place?.startsWith('topic/') ? Number(place.slice('topic/'.length)) : undefined

function sourceAt(topic: string, level: number): string | undefined {
  const name = topic.split('/')[level - 1]
  return name ? sourceName(name) : undefined
}

type Entry = {
  rules: Rules
  entry: unknown
  context: DecodeContext
  at: number | undefined
  source: string | undefined
}

function decodeEntry(decoded: Decoded, rules: Rules, entry: unknown, context: DecodeContext): void {
  const found = rules.device?.(entry)
  const source = typeof found === 'string' || typeof found === 'number' ? sourceName(String(found)) : undefined
  const at = timeOf(decoded, rules, entry, context)
  const one: Entry = { rules, entry, context, at, source }
  for (const rule of rules.signals) takeSignal(decoded, one, rule)
  for (const rule of rules.readings) takeReading(decoded, one, rule)
  takePosition(decoded, one)
  const online = rules.online && asBoolean(rules.online(entry))
  if (online !== undefined) decoded.statuses.push({ online, ...whose(source) })
}

function timeOf(
  decoded: Decoded,
  { mapping, time, historical }: Rules,
  entry: unknown,
  context: DecodeContext,
): number | undefined {
  const value = time?.(entry)
  if (isAbsent(value)) return undefined
  if (mapping.clock === 'local') return zoneless(decoded, wallClockOf(value), context, saysYes(historical(entry)))
  const at = epochOf(asNumber(value)) ?? parseTime(value)
  if (at === undefined) return warn(decoded, 'field_broken', `time: ${shown(value)}`)
  return trusted(decoded, at, context)
}

function takeReading(
  decoded: Decoded,
  { entry, context, at, source }: Entry,
  [metric, rule, path]: Rules['readings'][number],
): void {
  const value = path(entry)
  if (value === undefined) return
  if (isAbsent(value) || rule.none?.some((none) => same(none, value))) {
    warn(decoded, 'no_reading', `${metric}: ${shown(value)}`)
    return
  }
  const number = convert(value, rule)
  if (number === undefined) warn(decoded, 'value_unknown', `${metric}: ${shown(value)}`)
  else {
    addReading(decoded, metric, number, settle(at, context.receivedAt), source)
    // As of Vigil's own readings: a detector that only reports a state must not be silent.
    const isSaid = decoded.signals.some((one) => one.signal === metric && one.source === source)
    if (number > 0 && isHazard(metric) && !isSaid)
      addSignal(decoded, { signal: metric, at, level: true, ...whose(source) })
  }
}

function takeSignal(decoded: Decoded, one: Entry, [signal, rule, path]: Rules['signals'][number]): void {
  const value = path(one.entry)
  if (isAbsent(value)) return
  const says = rule.values ? rule.values.some((each) => same(each, value)) : saysYes(value)
  if (says) addSignal(decoded, { signal, at: one.at, ...traits(one, rule), ...whose(one.source) })
  else if (rule.level) addClear(decoded, { signal, at: one.at, ...whose(one.source) })
}

function traits({ rules, entry }: Entry, rule: Rules['signals'][number][1]): Partial<Signal> {
  const position = positionIn(rules.mapping.position?.datum, asNumber(rules.lat?.(entry)), asNumber(rules.lon?.(entry)))
  const id = rules.key?.(entry)
  return {
    ...(rule.level && { level: true }),
    ...(rule.confidence !== undefined && { confidence: rule.confidence }),
    ...(position && { position }),
    ...(saysYes(rules.test(entry)) && { test: true }),
    ...(saysYes(rules.historical(entry)) && { historical: true }),
    ...(!isAbsent(id) && {
      key: { id: String(id).slice(0, 200), withinMs: (rules.mapping.key?.within_s ?? 0) * 1_000 },
    }),
  }
}

function takePosition(decoded: Decoded, { rules, entry, context, at, source }: Entry): void {
  const position = positionIn(rules.mapping.position?.datum, asNumber(rules.lat?.(entry)), asNumber(rules.lon?.(entry)))
  if (!position) return
  if (position.given) warn(decoded, 'datum_converted', String(position.datum))
  addPosition(decoded, position, settle(at, context.receivedAt), source)
}

/** `SOS`, `sos` and 7, "7" are the same. */
const same = (a: unknown, b: unknown): boolean => String(a).trim().toLowerCase() === String(b).trim().toLowerCase()

/** A claim in a message that is no JSON: the last name of its path with one of its values behind it. */
function salvage(decoded: Decoded, { signals }: Rules, payload: Uint8Array): void {
  const text = asBuffer(payload.subarray(0, limits.payloadBytes)).toString('latin1')
  for (const [signal, { path, values }] of signals) {
    const name = /([A-Za-z_]\w*)['"\]]*$/.exec(path)?.[1]
    const said = values?.map((value) => escaped(String(value))) ?? ['true', '1', 'on', 'yes']
    if (
      name &&
      new RegExp(`["']${escaped(name)}["']\\s{0,9}:\\s{0,9}["']?(?:${said.join('|')})(?![\\w.])`, 'i').test(text)
    )
      addSignal(decoded, { signal, at: undefined, malformed: true })
  }
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
