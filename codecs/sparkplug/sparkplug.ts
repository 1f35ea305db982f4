import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addSignal, refuse } from '../build.ts'
import type { Codec } from '../codec.ts'
import { learnAliases, namedOf } from './aliases.ts'
import { meaningOf } from './names.ts'
import { metricsAmid, parseSparkplug, type SparkplugMetric, type SparkplugPayload } from './payload.ts'
import { stateOf, takeMetric } from './take.ts'

/** Sparkplug B 3.0, as gateways of building automation speak it: protocol buffers, births and deaths, aliases. */

const root = 'spBv1.0'

/** Where a message comes from. `node` is group and node, which together are unique. */
type Place = { kind: string; node: string; source: string }

export const sparkplug: Codec = {
  name: 'sparkplug',
  title: 'Sparkplug B: edge nodes of building and industrial automation',
  topics: [`${root}/#`],
  speaks: 'others',
  source: (topic) => placeOf(topic)?.source,
  about: {
    urgent:
      'a metric that is called after an emergency (SOS, fall, smoke, …) and is true or false; also any true or false under a number only',
    repeat: 'the same metric with the same timestamp within a day',
    device: 'group, node and device of the topic, with colons between',
  },
  isBinary: true,
  urgent,
  decode,
}

const dataKinds = new Set(['NBIRTH', 'DBIRTH', 'NDATA', 'DDATA'])
const deathKinds = new Set(['NDEATH', 'DDEATH'])
/** What others are told to do, which is nothing that a device says. */
const commandKinds = new Set(['NCMD', 'DCMD'])

function placeOf(topic: string): Place | undefined {
  const [, group = '', kind = '', node = '', ...device] = topic.split('/')
  const isOfDevice = kind.startsWith('D')
  if (group === '' || node === '' || (isOfDevice ? device.length !== 1 || device[0] === '' : device.length > 0))
    return undefined
  const names = [group, node, ...device]
  return { kind, node: `${group}/${node}`, source: sourceName(names.join(':')) }
}

const isHostState = (topic: string): boolean => topic.startsWith(`${root}/STATE/`)

/**
 * Exact also where only numbers come: what is true, false, 1 or 0 under an alias could be an alarm or its end, and only the
 * birth knows.
 */
function urgent(topic: string, payload: Uint8Array): boolean {
  const kind = topic.split('/')[2] ?? ''
  if (!dataKinds.has(kind)) return false
  if (payload.byteLength > limits.decodedAtDoorBytes) return true
  const parsed = parseSparkplug(payload)
  return metricsOf(parsed, payload).some((metric) => {
    // What teaches the number of an alarm must not be overtaken by the alarm.
    const teaches = kind.endsWith('BIRTH') && metric.alias !== undefined && metric.name !== undefined
    if (teaches && isCalled(metric.name ?? '', true)) return true
    if (stateOf(metric) === undefined) return false
    if (!metric.name) return true
    return isCalled(metric.name, typeof metric.value === 'boolean')
  })
}

function isCalled(name: string, isBoolean: boolean): boolean {
  const { signal, isButton } = meaningOf(name, isBoolean)
  return signal !== undefined || isButton === true
}

/** The metrics of a payload; of a broken one also such as stand where they cannot be reached. */
function metricsOf(parsed: SparkplugPayload, payload: Uint8Array): SparkplugMetric[] {
  return parsed.isWhole ? parsed.metrics : [...parsed.metrics, ...metricsAmid(payload)]
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const place = placeOf(topic)
  if (isHostState(topic) || (place && commandKinds.has(place.kind))) return decoded
  if (!place || !(dataKinds.has(place.kind) || deathKinds.has(place.kind)))
    refuse(decoded, 'payload_invalid', 'no topic of Sparkplug B')
  else if (deathKinds.has(place.kind)) decoded.statuses.push({ online: false })
  else takeData(decoded, place, payload, context)
  return decoded
}

function takeData(decoded: Decoded, place: Place, payload: Uint8Array, context: DecodeContext): void {
  const parsed = parseSparkplug(payload)
  if (payload.length === 0) refuse(decoded, 'payload_empty', 'no bytes')
  else if (parsed.isCompressed) refuse(decoded, 'payload_invalid', 'compressed; switch compression off')
  else if (!parsed.isWhole)
    refuse(decoded, 'payload_invalid', 'the protocol buffer is broken; what could be read was taken')
  if (place.kind.endsWith('BIRTH')) takeBirth(decoded, place, parsed)
  const named = namedOf(decoded, place.node, parsed.metrics, context)
  for (const metric of named) takeMetric(decoded, metric, parsed.timestamp, context)
  if (!parsed.isWhole) salvage(decoded, payload)
}

/** A birth says that it is there, what it is made of, and which number stands for which name. */
function takeBirth(decoded: Decoded, { node, source }: Place, { metrics }: SparkplugPayload): void {
  const property = (name: string): string | undefined => {
    const value = metrics.find((metric) => metric.name === `Properties/${name}`)?.value
    return typeof value === 'string' ? value : undefined
  }
  const model = property('Hardware Model') ?? property('Hardware Make')
  const firmware = property('FW') ?? property('Firmware Version')
  decoded.statuses.push({ online: true, ...(firmware ? { firmware } : {}) })
  decoded.announced.push({ source, ...(model ? { model } : {}) })
  learnAliases(decoded, node, metrics)
}

/** Claims in what could not be read in order. */
function salvage(decoded: Decoded, payload: Uint8Array): void {
  for (const signal of decoded.signals) signal.malformed = true
  for (const metric of metricsAmid(payload)) {
    if (!metric.name || metric.isHistorical || stateOf(metric) !== true) continue
    const { signal } = meaningOf(metric.name, typeof metric.value === 'boolean')
    if (signal && !decoded.signals.some((one) => one.signal === signal))
      addSignal(decoded, { signal, at: undefined, malformed: true })
  }
}
