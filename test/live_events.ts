import type { LiveEvent } from '../domain/ticket.ts'
import { until } from './until.ts'

export type EventsFrom = { url: string; token: string; after: number; signal: AbortSignal }

/** The live events that follow number `after`, as a subscriber gets them; ends, or throws, when the line breaks. */
export async function* streamEvents({ url, token, after, signal }: EventsFrom): AsyncGenerator<LiveEvent> {
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${token}`, 'last-event-id': `${after}` },
    signal,
  })
  if (!response.ok) throw new Error(`GET /events: ${response.status}`)
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = part.split('\n').find((line) => line.startsWith('data:'))
      if (data) yield JSON.parse(data.slice(5)) as LiveEvent
    }
  }
}

/** A subscriber who stays: after a break it resumes by number. */
export type Listener = {
  /** Everything that came, in order. */
  events: LiveEvent[]
  /** Resolves when event number `seq` is here; rejects where a number was left out on the way, or came twice. */
  heard(seq: number): Promise<void>
  close(): Promise<void>
}

/** `url`: where the api is now. Listens from the first event on. */
export function listen(url: () => string, token: string): Listener {
  const leaving = new AbortController()
  const { signal } = leaving
  const events: LiveEvent[] = []
  let wrong: string | undefined

  function take(event: LiveEvent): void {
    const due = (events.at(-1)?.seq ?? 0) + 1
    if (event.seq !== due) wrong ??= `event ${event.seq} (${event.type}) came where ${due} was due`
    events.push(event)
  }

  async function stay(): Promise<void> {
    while (!signal.aborted) {
      try {
        const after = events.at(-1)?.seq ?? 0
        for await (const event of streamEvents({ url: url(), token, after, signal })) take(event)
      } catch {
        // The api is away; it comes back at the same place.
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const staying = stay()
  return {
    events,
    async heard(seq) {
      await until(`live event ${seq}`, async () => wrong !== undefined || (events.at(-1)?.seq ?? 0) >= seq || undefined)
      if (wrong !== undefined) throw new Error(wrong)
    },
    async close() {
      leaving.abort()
      await staying
    },
  }
}
