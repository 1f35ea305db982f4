import type { Clock } from '../../domain/clock.ts'
import { LiveEvent } from '../../domain/ticket.ts'

export type FollowOptions = {
  /** `http://host:port` of the api. */
  httpUrl: string
  /** Bearer token of somebody who may read tickets. */
  token: string
  clock: Clock
  onEvent(event: LiveEvent): void
  /** Events were missed that the api does not keep any more: whoever needs them must load the tickets anew. */
  onReset?(): void
}

export type Following = {
  /** The newest event that came, or where the stream began. */
  cursor(): number
  close(): Promise<void>
}

/** One event of a server-sent stream; a field that was not named is absent. */
export type StreamEvent = { id?: string; event?: string; data?: string }

const TRY_AGAIN_AFTER = 1_000

function readBlock(block: string): StreamEvent {
  const found: StreamEvent = {}
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (field === 'data') found.data = found.data === undefined ? value : `${found.data}\n${value}`
    else if (field === 'id' || field === 'event') found[field] = value
  }
  return found
}

/** Each event in a piece of a server-sent stream; what is not complete yet comes back as `rest`. Comments are passed over. */
export function takeEvents(text: string): { events: StreamEvent[]; rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = blocks.pop() ?? ''
  return { events: blocks.map(readBlock).filter((event) => Object.keys(event).length > 0), rest }
}

/** Opens the stream after event `cursor`, or from now on where there is none. Rejects where the api refuses. */
async function openStream({ httpUrl, token }: FollowOptions, cursor: number | undefined, signal: AbortSignal) {
  const answer = await fetch(new URL('/api/v1/events', httpUrl), {
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(cursor !== undefined && { 'last-event-id': `${cursor}` }),
    },
    signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`the api refused the live events: HTTP ${answer.status}`)
  return answer.body
}

/**
 * Follows the live events from now on, over any number of breaks: each time it goes on after the last event that it
 * has. Resolves when the first stream is open; rejects where the api refuses that one.
 */
export async function followEvents(options: FollowOptions): Promise<Following> {
  const leaving = new AbortController()
  let cursor: number | undefined
  const first = await openStream(options, undefined, leaving.signal)

  function take({ id, event, data }: StreamEvent): void {
    if (id !== undefined) cursor = Number(id)
    if (event === 'reset') options.onReset?.()
    else if (data !== undefined) options.onEvent(LiveEvent.parse(JSON.parse(data)))
  }

  async function read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      const { events, rest } = takeEvents(text + decoder.decode(chunk, { stream: true }))
      text = rest
      for (const event of events) take(event)
    }
  }

  async function keepReading(): Promise<void> {
    let body: ReadableStream<Uint8Array> | undefined = first
    while (!leaving.signal.aborted) {
      if (body) await read(body).catch(() => {})
      await options.clock.sleep(TRY_AGAIN_AFTER, leaving.signal)
      body = leaving.signal.aborted
        ? undefined
        : await openStream(options, cursor, leaving.signal).catch(() => undefined)
    }
  }
  const reading = keepReading()
  return {
    cursor: () => cursor ?? 0,
    async close() {
      leaving.abort()
      await reading
    },
  }
}
