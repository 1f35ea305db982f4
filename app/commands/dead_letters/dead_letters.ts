import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { Client } from '../client.ts'
import { lookAt } from '../codec/trying.ts'
import { openLines } from '../files.ts'
import { inPath, itemsOf, listed, queryOf, type Told } from '../telling.ts'

const filterNames = ['code', 'device', 'vendor', 'principal', 'codec', 'topic', 'text', 'from', 'until'] as const
export type LetterFilter = Partial<Record<(typeof filterNames)[number], string>>

/** The filter among the options of a command. */
export const filterOf = (options: LetterFilter): LetterFilter =>
  Object.fromEntries(filterNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])))

const Letter = z.looseObject({
  id: z.string(),
  received_at: z.string(),
  topic: z.string(),
  principal: z.string().nullable(),
  device: z.string().nullable(),
  code: z.string(),
  detail: z.string(),
  state: z.string(),
  retained: z.boolean(),
  size: z.number(),
})
type Letter = z.infer<typeof Letter>
const Whole = Letter.extend({ payload: z.string() })
const Letters = z.object({ items: z.array(Letter), next: z.string().nullish() })
const Count = z.looseObject({
  vendor: z.string().nullable(),
  code: z.string(),
  codec: z.string().nullable(),
  state: z.string(),
  count: z.number(),
})
const Replaying = z.object({ replaying: z.number() })

const whyOf = ({ code, detail }: Letter): string => (detail.startsWith(code) ? detail : `${code}: ${detail}`)

/** The newest refused messages, one line each, at most `most`. */
export async function* listDeadLetters(api: Client, filter: LetterFilter, most: number): AsyncGenerator<Told> {
  const { items, next } = await api.get(`/dead-letters${queryOf({ ...filter, limit: String(most) })}`, Letters)
  if (items.length === 0) yield { lines: ['There are none.'] }
  for (const letter of items) {
    const { id, received_at, topic, state } = letter
    yield { answer: letter, lines: [`${id}  ${received_at}  ${state}  ${topic}  ${whyOf(letter)}`] }
  }
  if (next) yield { lines: [`… and more: --most ${most * 2} shows them.`] }
}

/** One letter whole, with what it would become now. */
export async function showDeadLetter(api: Client, config: Config, id: string): Promise<Told> {
  const letter = await api.get(`/dead-letters/${inPath(id)}`, Whole)
  const payload = Buffer.from(letter.payload, 'base64')
  const told = await lookAt(config, {
    topic: letter.topic,
    payload,
    receivedAt: Date.parse(letter.received_at),
    retained: letter.retained,
    sender: letter.principal ?? 'admin',
  })
  const fields: [string, string][] = [
    ['received', `${letter.received_at}  ${letter.state}`],
    ['topic', letter.topic],
    ['sender', letter.principal ?? 'administrator'],
    ['device', letter.device ?? 'none'],
    ['refused', whyOf(letter)],
    ['payload', `${letter.size} bytes`],
  ]
  const lines = [
    ...fields.map(([name, value]) => `${name.padEnd(10)} ${value}`),
    ...shownBytes(payload),
    '',
    'Read by the codecs of now it would be:',
    ...told,
  ]
  return { answer: letter, lines }
}

/** Text as text, anything else in hexadecimal digits; the beginning of it. */
function shownBytes(payload: Buffer): string[] {
  const isText = isUtf8(payload) && payload.every((byte) => byte >= 0x20 || layout.has(byte))
  const lines = isText
    ? payload.subarray(0, textBytes).toString('utf8').split('\n')
    : (payload
        .subarray(0, binaryBytes)
        .toString('hex')
        .match(/.{1,64}/g) ?? [])
  return lines.map((line) => `  ${line}`)
}
const layout = new Set([0x09, 0x0a, 0x0d])
const textBytes = 2_000
const binaryBytes = 512

/** How many there are of each sort. */
export async function* countDeadLetters(api: Client, filter: LetterFilter): AsyncGenerator<Told> {
  const counts = itemsOf(api, '/dead-letters/counts', Count, filter)
  yield* listed(
    counts,
    ({ count, vendor, code, codec, state }) =>
      `${String(count).padStart(8)}  ${(vendor ?? 'no vendor').padEnd(20)}  ${code.padEnd(22)}  ${(codec ?? 'no format').padEnd(16)}  ${state}`,
    'There are none.',
  )
}

/** Writes all that match, whole, one JSON object a line, oldest first. Gives how many. */
export async function exportDeadLetters(api: Client, filter: LetterFilter, file: string): Promise<number> {
  const lines = openLines('the argument', file)
  let written = 0
  for await (const letter of itemsOf(api, '/dead-letters/export', Whole, filter)) {
    lines.write(JSON.stringify(letter))
    written++
  }
  lines.close()
  return written
}

/**
 * Puts refused messages through the codecs once more: those named, or all kept ones that match the filter, each once. What is
 * refused again is kept again, so it is not asked what matches, but what was there at the beginning.
 */
export async function* replayDeadLetters(api: Client, named: string[], filter: LetterFilter): AsyncGenerator<Told> {
  const replay = async (ids: string[]): Promise<number> =>
    ids.length === 0 ? 0 : (await api.post('/dead-letters/replay', { ids }, Replaying)).replaying
  if (named.length > 0) return yield toldOf(await replay(named))
  const ids: string[] = []
  const kept = { ...filter, state: 'kept', limit: '1000' }
  for await (const { id } of itemsOf(api, '/dead-letters', Letter, kept)) ids.push(id)
  let sum = 0
  for (let from = 0; from < ids.length; from += replayAtOnce) {
    if (from > 0) yield { lines: [`${sum} of ${ids.length}…`] }
    sum += await replay(ids.slice(from, from + replayAtOnce))
  }
  yield toldOf(sum)
}
/** Of one call, so that no ticket waits long for the write. */
const replayAtOnce = 500

const toldOf = (replaying: number): Told => ({
  answer: { replaying },
  lines: [
    replaying === 0
      ? 'There is none to replay.'
      : `${replaying} dead letters are replayed. Those that are refused again are listed again, with the reason of now.`,
  ],
})
