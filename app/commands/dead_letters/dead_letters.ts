import { z } from 'zod'
import type { Client } from '../client.ts'

export type LetterFilter = { code?: string; device?: string }

const Letters = z.object({
  items: z.array(
    z.object({
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
export async function listDeadLetters(api: Client, filter: LetterFilter, most: number): Promise<string[]> {
  const query = new URLSearchParams({ ...filter, limit: String(most) })
  const { items, next } = await api.get(`/dead-letters?${query}`, Letters)
  const lines = items.map(({ id, received_at, topic, code, detail, state }) => {
    const why = detail.startsWith(code) ? detail : `${code}: ${detail}`
    return `${id}  ${received_at}  ${state}  ${topic}  ${why}`
  })
  return next ? [...lines, `… and more: --most ${most * 2} shows them.`] : lines
}

/**
 * Puts refused messages through the codecs once more: those named, or else the oldest kept ones that match the filter.
 * Gives how many.
 */
export async function replayDeadLetters(api: Client, ids: string[], filter: LetterFilter): Promise<number> {
  const body = ids.length > 0 ? { ids } : filter
  return (await api.post('/dead-letters/replay', body, Replaying)).replaying
}
