import { limits } from '../../domain/limits.ts'
import type { DecodeContext, Decoded, Position, Signal } from '../../domain/message.ts'
import { addClear, addPosition, addReading, addSignal, isRecord, refuse, settle, warn, whose } from '../build.ts'
import { trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import type { Fact, SignalFact } from './facts.ts'
import { type Model, modelOf, modelOfObject } from './models.ts'
import { objectFacts } from './object.ts'

/**
 * What a network server tells of one uplink. `hints`: what may name the model, the surest first; `at`: when it was received by
 * the network, epoch ms; `key`: what is the same in every copy of it.
 */
export type Uplink = {
  port: number | undefined
  bytes: Buffer
  object: unknown
  hints: readonly unknown[]
  at: number | undefined
  source: string | undefined
  key: Signal['key']
  test?: boolean
}

/**
 * Takes a device's message: its bytes where the model is known, and from the object whatever these did not tell. The bytes of a
 * model that is not known are not guessed, since the same ones mean different things; without an object they are refused, so
 * that they can be replayed once the model is known.
 */
export function takeUplink(decoded: Decoded, uplink: Uplink, context: DecodeContext): void {
  const { bytes, object } = uplink
  const model = modelFor(uplink)
  const isFrame = bytes.length > 0 && bytes.length <= limits.lorawanBytes
  if (bytes.length > limits.lorawanBytes)
    refuse(decoded, 'payload_invalid', `${bytes.length} bytes are no LoRaWAN frame`)
  const byBytes = model && isFrame ? read(decoded, model, uplink, context) : []
  const byObject = isRecord(object) ? objectFacts(object) : []
  if (!model && isFrame && !isRecord(object)) {
    warn(decoded, 'profile_unknown', `port ${uplink.port ?? 'none'}, ${bytes.length} bytes`)
    refuse(
      decoded,
      'payload_invalid',
      "the model of the device is not known by the profile's name, and there is no object",
    )
  }
  takeFacts(decoded, [...byBytes, ...byObject.filter((fact) => isNews(byBytes, fact))], uplink, context)
}

function modelFor({ hints, object, port }: Uplink): Model | undefined {
  const named = isRecord(object) ? [object.Device, object.device, object.model, object.Model] : []
  return modelOf([...hints, ...named]) ?? (isRecord(object) ? modelOfObject(object, port) : undefined)
}

/** A decoder must not throw; should one do so all the same, what the object says counts. */
function read(decoded: Decoded, model: Model, { port, bytes, at }: Uplink, { receivedAt }: DecodeContext): Fact[] {
  const facts = model.decode(port, bytes, settle(at, receivedAt))
  if (facts) return facts
  warn(decoded, 'field_broken', `${model.vendor} ${model.model}: port ${port ?? 'none'}, ${bytes.length} bytes`)
  return []
}

const nameOf = (fact: Fact): string => {
  if ('metric' in fact) return fact.metric
  if ('signal' in fact) return `signal ${fact.signal}`
  if ('clear' in fact) return `signal ${fact.clear}`
  return 'position' in fact ? 'position' : ''
}

/** Whether the bytes have not told it already. Of two readings of one metric the bytes' counts. */
const isNews = (told: readonly Fact[], fact: Fact): boolean => {
  const name = nameOf(fact)
  return name === '' || !told.some((one) => nameOf(one) === name)
}

/** Puts facts to their device and time. */
export function takeFacts(decoded: Decoded, facts: readonly Fact[], uplink: Uplink, context: DecodeContext): void {
  const { source } = uplink
  const received = trusted(decoded, uplink.at, context)
  const place = facts.find((fact) => 'position' in fact && !fact.historical)
  const position = place && 'position' in place ? place.position : undefined
  if (facts.some((fact) => 'historical' in fact && fact.historical))
    warn(decoded, 'historical', 'a record of the memory')
  const seen = new Set<string>()
  for (const fact of facts) {
    if ('warning' in fact) warn(decoded, fact.warning, fact.detail)
    else if ('clear' in fact) addClear(decoded, { signal: fact.clear, at: received, ...whose(source) })
    else if ('signal' in fact) takeSignal(decoded, fact, { position, received, uplink })
    else takeReading(decoded, fact, settle(fact.at ?? received, context.receivedAt), source, seen)
  }
}

type SignalContext = { position: Position | undefined; received: number | undefined; uplink: Uplink }

function takeSignal(decoded: Decoded, fact: SignalFact, { position, received, uplink }: SignalContext): void {
  const { at, ...claim } = fact
  const { key, source, test } = uplink
  // What comes from the memory is many in one message.
  const own = fact.historical ? key && { ...key, id: `${key.id} ${at}` } : key
  addSignal(decoded, {
    ...claim,
    at: at ?? received,
    ...(own && { key: own }),
    ...whose(source),
    ...(test && { test }),
    ...(position && !fact.historical && { position }),
  })
}

/** One value a metric and instant: an object with two temperatures has its first one taken. */
function takeReading(
  decoded: Decoded,
  fact: Exclude<Fact, SignalFact | { clear: unknown } | { warning: unknown }>,
  at: number,
  source: string | undefined,
  seen: Set<string>,
): void {
  const name = `${nameOf(fact)} ${at}`
  if (seen.has(name)) return
  seen.add(name)
  if ('metric' in fact) addReading(decoded, fact.metric, fact.value, at, source)
  else addPosition(decoded, fact.position, at, source)
}

/** How strongly it was heard, in dBm: of all gateways that did, by the one that heard it best. */
export function takeStrength(decoded: Decoded, heard: unknown, at: number, source: string | undefined): void {
  const list = Array.isArray(heard) ? (heard as unknown[]) : []
  const all = list.map((one) => (isRecord(one) ? asNumber(one.rssi) : undefined)).filter((one) => one !== undefined)
  const [first, ...others] = all
  if (first === undefined) return
  const best = others.reduce((most, one) => Math.max(most, one), first)
  addReading(decoded, 'rssi', best, at, source)
}
