import { LiveEvent } from '../domain/ticket.ts'

export type LiveEvents = { close(): Promise<void> }

type Options = { httpUrl: string; token: string; onEvent(event: LiveEvent): void }

/** The `data` of each event in a piece of a server-sent stream; what is not complete yet comes back as `rest`. */
export function takeEvents(text: string): { data: string[]; rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = blocks.pop() ?? ''
  const data = blocks.map((block) =>
    block
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trimStart())
      .join('\n'),
  )
  return { data: data.filter((text) => text !== ''), rest }
}

/** Listens to the live events of the api. Resolves when the stream is open; rejects where the api refuses. */
export async function listenLive({ httpUrl, token, onEvent }: Options): Promise<LiveEvents> {
  const abort = new AbortController()
  const answer = await fetch(new URL('/api/v1/events', httpUrl), {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: abort.signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`the api refused the live events: HTTP ${answer.status}`)
  const reading = read(answer.body, onEvent).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error
  })
  return {
    async close() {
      abort.abort()
      await reading
    },
  }
}

async function read(body: ReadableStream<Uint8Array>, onEvent: (event: LiveEvent) => void): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    const { data, rest } = takeEvents(text + decoder.decode(chunk, { stream: true }))
    text = rest
    for (const json of data) {
      const event = LiveEvent.safeParse(JSON.parse(json))
      if (event.success) onEvent(event.data)
    }
  }
}
