import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { codecOf } from '../codecs/codecs.ts'
import { isoTime } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Decoded, Sourced } from '../domain/message.ts'
import { metrics } from '../domain/metrics.ts'
import { lanes, type StoredRecord } from '../journal/journal.ts'

/** A message as it is shown to who watches its device: what came, and what Vigil understood of it. */

const of = { device: z.string().optional().describe('absent: the device itself') }
const at = z.string().nullable().describe('by the device’s clock; null where it sent none')

const Understood = z.object({
  codec: z.string().nullable().describe('the format that it was in; null where none takes its topic'),
  readings: z.array(
    z.object({
      ...of,
      at: z.string(),
      metric: z.string(),
      value: z.number().nullable().describe('null where it is withheld'),
      unit: z.string(),
      implausible: z.boolean(),
    }),
  ),
  signals: z.array(z.looseObject({ ...of, signal: z.string(), at })),
  clears: z.array(z.object({ ...of, signal: z.string(), at })),
  motions: z.array(z.object({ at: z.string(), rate_hz: z.number(), samples: z.number().int() })),
  statuses: z.array(z.object({ ...of, online: z.boolean(), firmware: z.string().optional() })),
  answers: z.array(z.object({ command: z.string(), result: z.string(), detail: z.string().optional() })),
  refusals: z.array(z.object({ code: z.string(), detail: z.string() })),
  warnings: z.array(z.object({ code: z.string(), detail: z.string() })),
  left_out: z.number().int().describe(`readings and so on beyond ${limits.watchedParts} of a sort`),
})

export const Message = z.object({
  lane: z.enum(lanes),
  seq: z.number().int().describe('its number in the lane of the journal'),
  received_at: z.string(),
  topic: z.string(),
  sender: z.string().nullable().describe('who was authenticated; null: an administrator'),
  size: z.number().int().describe('bytes of the payload'),
  payload: z
    .object({ text: z.string().optional(), base64: z.string().optional(), cut: z.boolean() })
    .nullable()
    .describe(
      `\`text\` where it is UTF-8, else \`base64\`; the first ${limits.watchedPayloadBytes / 1024} KiB. Null where withheld`,
    ),
  withheld: z.boolean().describe('the caller may not see payload and values'),
  retained: z.boolean(),
  replay_of: z.string().nullable().describe('the dead letter that this replays'),
  refused: z.string().nullable().describe('the code with which the front door refused it'),
  decoded: Understood,
  dead_letter: z.string().nullable().describe('the dead letter that it becomes, because something in it is refused'),
})
export type Message = z.infer<typeof Message> & {
  /** Whether all of it is of the device that is watched. Not told. */
  isOwn: boolean
}

/** `isOwn`: the message is the device's, not one of another that speaks of it. */
type View = { device: string; isOwn: boolean }

export function messageOf(record: StoredRecord, decoded: Decoded, { device, isOwn }: View): Message {
  const { lane, seq, receivedAt, topic, principal, payload, retained, refused, replayOf } = record
  return {
    ...{ lane, seq, received_at: isoTime(receivedAt), topic, sender: principal ?? null },
    size: payload.byteLength,
    payload: payloadOf(payload),
    withheld: false,
    retained,
    replay_of: replayOf ?? null,
    refused: refused ?? null,
    decoded: understood(topic, decoded, device),
    dead_letter: decoded.refusals.length > 0 ? `${lane}-${seq}` : null,
    isOwn: isOwn && partsOf(decoded).every((part) => part.device === undefined || part.device === device),
  }
}

/** The same without what it says of people: no payload, no values, no place. */
export function withheldFrom({ isOwn, ...message }: Message): z.infer<typeof Message> {
  const { decoded } = message
  const readings = decoded.readings.map((reading) => ({ ...reading, value: null }))
  const signals = decoded.signals.map(({ signal, at: when, device }) => ({
    signal,
    at: when,
    ...(device && { device }),
  }))
  // Details quote what the device wrote.
  const refusals = decoded.refusals.map(({ code }) => ({ code, detail: '' }))
  const warnings = decoded.warnings.map(({ code }) => ({ code, detail: '' }))
  return { ...message, payload: null, withheld: true, decoded: { ...decoded, readings, signals, refusals, warnings } }
}

/** What a message of another says of one device, or undefined where it says nothing of it. */
export function partOf(decoded: Decoded, device: string): Decoded | undefined {
  const its = <T extends Sourced>(parts: T[]) => parts.filter((part) => (part.device ?? decoded.device) === device)
  const part = {
    ...decoded,
    ...{ readings: its(decoded.readings), signals: its(decoded.signals), clears: its(decoded.clears) },
    ...{ statuses: its(decoded.statuses), motions: [], answers: [] },
  }
  return decoded.device === device || partsOf(part).length > 0 ? part : undefined
}

const partsOf = ({ readings, signals, clears, statuses }: Decoded): Sourced[] => [
  ...readings,
  ...signals,
  ...clears,
  ...statuses,
]

function payloadOf(payload: Uint8Array): Message['payload'] {
  const cut = payload.byteLength > limits.watchedPayloadBytes
  const shown = Buffer.from(payload.subarray(0, limits.watchedPayloadBytes))
  // The last character may have been cut through.
  if (isUtf8(payload)) return { text: shown.toString('utf8').replace(/\uFFFD$/, ''), cut }
  return { base64: shown.toString('base64'), cut }
}

const when = (time: number | undefined): string | null => (time === undefined ? null : isoTime(time))

function understood(topic: string, decoded: Decoded, own: string): Message['decoded'] {
  const { readings, signals, clears, motions, statuses, answers, refusals, warnings } = decoded
  const most = limits.watchedParts
  const lists = [readings, signals, clears, motions, statuses, answers]
  const whose = ({ device }: Sourced) => (device === undefined || device === own ? {} : { device })
  return {
    codec: codecOf(topic)?.name ?? null,
    readings: readings.slice(0, most).map(({ at: time, metric, value, implausible, device }) => ({
      ...whose({ ...(device !== undefined && { device }) }),
      ...{ at: isoTime(time), metric, value, unit: metrics[metric].unit, implausible },
    })),
    signals: signals.slice(0, most).map(({ source: _, device: __, key: ___, at: time, ...signal }, n) => ({
      ...whose(signals[n] ?? {}),
      ...signal,
      at: when(time),
    })),
    clears: clears.slice(0, most).map((clear) => ({ ...whose(clear), signal: clear.signal, at: when(clear.at) })),
    motions: motions
      .slice(0, most)
      .map(({ at: time, rate_hz, x }) => ({ at: isoTime(time), rate_hz, samples: x.length })),
    statuses: statuses.slice(0, most).map(({ online, firmware, ...one }) => ({
      ...whose(one),
      online,
      ...(firmware !== undefined && { firmware }),
    })),
    answers: answers.slice(0, most).map(({ command, result, detail }) => ({
      ...{ command, result },
      ...(detail !== undefined && { detail }),
    })),
    refusals,
    warnings,
    left_out: lists.reduce((sum, list) => sum + Math.max(0, list.length - most), 0),
  }
}
