import { z } from 'zod'
import type { Client } from '../client.ts'
import type { Told } from '../telling.ts'

export type LetterFilter = { code?: string; device?: string }

const Letters = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      received_at: z.string(),
      topic: z.string(),
      code: z.string(),
      detail: z.string(),
      state: z.string(),
    }),
  ),
  next: z.string().nullish(),
})
const Replaying = z.object({ replaying: z.number() })

/** The newest refused messages, one line each, at most `most`. */
export async function* listDeadLetters(api: Client, filter: LetterFilter, most: number): AsyncGenerator<Told> {
  const query = new URLSearchParams({ ...filter, limit: String(most) })
  const { items, next } = await api.get(`/dead-letters?${query}`, Letters)
  for (const letter of items) {
    const { id, received_at, topic, code, detail, state } = letter
    const why = detail.startsWith(code) ? detail : `${code}: ${detail}`
    yield { answer: letter, lines: [`${id}  ${received_at}  ${state}  ${topic}  ${why}`] }
  }
  if (next) yield { lines: [`… and more: --most ${most * 2} shows them.`] }
}

/**
 * Puts refused messages through the codecs once more: those named, or else the oldest kept ones that match the filter.
 * Gives how many.
 */
export async function replayDeadLetters(api: Client, ids: string[], filter: LetterFilter): Promise<number> {
  const body = ids.length > 0 ? { ids } : filter
  return (await api.post('/dead-letters/replay', body, Replaying)).replaying
}
