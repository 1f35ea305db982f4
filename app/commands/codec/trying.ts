import { buffer } from 'node:stream/consumers'
import { codecOf, useMappings } from '../../../codecs/codecs.ts'
import { decodeRecord } from '../../../codecs/decode.ts'
import { MappingError, readMapping } from '../../../codecs/mapping/read.ts'
import { isUrgent } from '../../../codecs/urgent.ts'
import { isoTime, parseTime, systemClock } from '../../../domain/clock.ts'
import { errorTable } from '../../../domain/errors.ts'
import type { Decoded, Signal } from '../../../domain/message.ts'
import { metrics } from '../../../domain/metrics.ts'
import { deviceOfSource, type Speaker } from '../../../domain/sources.ts'
import { warningTable } from '../../../domain/warnings.ts'
import { zoneMinutesAt } from '../../../domain/zones.ts'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { findMappings, mappingsFolder } from '../../mappings.ts'
import { readGiven } from '../files.ts'

export type TryOptions = {
  topic: string
  as: 'raw' | 'hex' | 'base64'
  mapping?: string
  sender: string
  receivedAt?: string
  retained?: boolean
  json?: boolean
}

/** What the codecs make of the bytes in a file: the lines to print. */
export async function tryFrame(config: Config, file: string, options: TryOptions): Promise<string[]> {
  await takeMappings(config, options.mapping)
  const payload = bytesOf(file === '-' ? await buffer(process.stdin) : await readGiven(file), options.as)
  const { topic, retained = false, sender } = options
  const read = readAs(config, { topic, payload, retained, sender, receivedAt: instantOf(options.receivedAt) })
  return options.json ? [JSON.stringify(read.decoded, undefined, 2)] : read.lines
}

/** A message as it was received; `sender`: the user name. */
export type Seen = { topic: string; payload: Buffer; receivedAt: number; retained: boolean; sender: string }

/** What the codecs and mappings of now make of a message: the lines to print. */
export async function lookAt(config: Config, seen: Seen): Promise<string[]> {
  await takeMappings(config, undefined)
  return readAs(config, seen).lines
}

function readAs(config: Config, { sender, ...message }: Seen): { decoded: Decoded; lines: string[] } {
  const { topic, payload, receivedAt } = message
  const codec = codecOf(topic)
  const speaker: Speaker = { device: sender, isGateway: false, has: () => false }
  const device = codec && (codec.device?.(topic) ?? deviceOfSource(speaker, codec.speaks, codec.source?.(topic)))
  const decoded = decodeRecord({ ...message, device }, { zoneMinutes: zoneMinutesAt(config.zone, receivedAt) })
  const nameOf = (source?: string): string =>
    (source === undefined ? decoded.device : deviceOfSource(speaker, codec?.speaks ?? 'itself', source)) ?? sender
  const lines = [
    row('codec', codec ? `${codec.name} (${codec.title})` : 'none takes this topic: it would be kept as a dead letter'),
    row('lane', isUrgent(topic, payload) ? 'urgent' : 'bulk'),
    ...said(decoded, nameOf),
  ]
  return { decoded, lines }
}

async function takeMappings(config: Config, path: string | undefined): Promise<void> {
  const found = await findMappings(mappingsFolder(config.data))
  const own = path === undefined ? [] : [mappingIn(path, (await readGiven(path)).toString('utf8'))]
  useMappings([...own, ...found.flatMap(({ codec }) => codec ?? [])])
}

function mappingIn(path: string, text: string) {
  try {
    return readMapping(path, text)
  } catch (cause) {
    throw cause instanceof MappingError ? new Fault(cause.message, { cause }) : cause
  }
}

function bytesOf(bytes: Buffer, as: TryOptions['as']): Buffer {
  if (as === 'raw') return bytes
  const text = bytes.toString('latin1').replaceAll(/\s/g, '')
  const pattern = as === 'hex' ? /^(?:[0-9a-f]{2})*$/i : /^[A-Za-z0-9+/]*=*$/
  if (!pattern.test(text)) throw new Fault(`The file is not ${as}: leave --as out if it holds the bytes themselves.`)
  return Buffer.from(text, as)
}

function instantOf(text: string | undefined): number {
  if (text === undefined) return systemClock.now()
  const at = parseTime(text)
  if (at === undefined) throw new Fault(`--received-at ${text} is no time: write it like 2026-11-22T08:15:30Z.`)
  return at
}

const row = (what: string, text: string): string => `${what.padEnd(10)} ${text}`

function said(decoded: Decoded, nameOf: (source?: string) => string): string[] {
  const { signals, clears, readings, statuses, answers, motions, announced, learned, warnings, refusals } = decoded
  const lines = [
    ...signals.map((one) => row('SIGNAL', `${nameOf(one.source)}  ${one.signal}  ${instant(one.at)}${traits(one)}`)),
    ...clears.map((one) => row('end of', `${nameOf(one.source)}  ${one.signal}  ${instant(one.at)}`)),
    ...readings.map(({ source, metric, value, at, implausible }) =>
      row(
        'reading',
        `${nameOf(source)}  ${metric} ${value} ${metrics[metric].unit}  ${isoTime(at)}${implausible ? '  implausible' : ''}`,
      ),
    ),
    ...statuses.map((one) =>
      row(
        'status',
        `${nameOf(one.source)}  ${one.online ? 'online' : 'offline'}${one.firmware ? `  firmware ${one.firmware}` : ''}`,
      ),
    ),
    ...answers.map((one) => row('answer', `${nameOf()}  ${one.command} ${one.result}`)),
    ...motions.map((one) => row('motion', `${nameOf()}  ${one.x.length} samples  ${isoTime(one.at)}`)),
    ...announced.map(({ source, model, category }) =>
      row('device', [nameOf(source), model, category].filter(Boolean).join('  ')),
    ),
    ...learned.map(({ key }) => row('learned', key)),
    ...warnings.map(({ code, detail }) => row('warning', `${code}: ${detail}. ${warningTable[code]}`)),
    ...refusals.map(({ code, detail }) => row('REFUSED', `${code}: ${detail}. ${errorTable[code].text}`)),
  ]
  return lines.length > 0 ? lines : [row('nothing', 'the message is taken and says nothing that is kept')]
}

const instant = (at: number | undefined): string => (at === undefined ? 'at its receipt' : isoTime(at))

/** What beside its kind decides what becomes of a signal. */
function traits({ press, key, position, confidence, level, ...rest }: Signal): string {
  const flags = (['test', 'learning', 'silent', 'historical', 'malformed'] as const).filter((flag) => rest[flag])
  const parts = [
    ...(press ? [`if registered as an SOS button (sos_press: ${press})`] : []),
    ...flags,
    ...(level ? ['a state until it ends'] : []),
    ...(confidence === undefined ? [] : [`confidence ${confidence}`]),
    ...(position
      ? [`at ${position.lat}, ${position.lon}${position.datum ? ` (given in ${position.datum})` : ''}`]
      : []),
    ...(key ? [`the same within ${key.withinMs / 1_000} s: ${key.id}`] : []),
  ]
  return parts.map((part) => `  ${part}`).join('')
}
