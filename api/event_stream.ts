import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import type { Clock } from '../domain/clock.ts'
import type { LiveEvent } from '../domain/ticket.ts'
import { isVisibleFrom } from '../store/area_paths.ts'
import { demand, type Identify, type Principal } from './auth.ts'
import type { EventHub, HubEvent } from './event_hub.ts'
import { eventsSent, subscribers } from './metrics.ts'
import { eventBehindLock } from './session_lock.ts'
import { beat, cut, unlessStalled } from './stream_ends.ts'

/** Bytes that may lie unsent for one subscriber before the stream waits for it. */
const bufferBytes = 64 * 1024

/** The way to one subscriber, over whichever transport. */
export type Outlet = {
  transport: 'sse' | 'websocket'
  /** The events as they go over the wire, in pieces of about `bufferBytes`. */
  pieces(events: { seq: number; json: string }[]): string[]
  /** Tells that what the subscriber has cannot be continued: it must load the tickets anew and go on after `seq`. */
  reset(seq: number): string
  /** Resolves when the next piece may follow. */
  write(piece: string): Promise<void>
  /** Gives whether the other side still shows life, where the transport can tell. */
  heartbeat(): boolean
  end(): void
}

export type StreamOptions = {
  hub: EventHub
  clock: Clock
  identify: Identify
  token: string | undefined
  /** The last event that the subscriber has. */
  cursor: number
  outlet: Outlet
  /** Ends the stream: the subscriber left, or the api closes. */
  gone: AbortController
}

/** Feeds one subscriber until it leaves, stalls, or may listen no more. Never rejects. */
export async function feed(principal: Principal, options: StreamOptions): Promise<void> {
  const { hub, outlet, gone } = options
  let who = principal
  const unsubscribe = hub.subscribe()
  subscribers.inc({ transport: outlet.transport })
  const stopBeating = beat(options, async () => {
    who = demand(await options.identify(options.token), 'read_tickets')
  })
  try {
    await pump(options, () => who)
  } catch {
    cut(gone, 'failed')
  } finally {
    stopBeating()
    unsubscribe()
    subscribers.dec({ transport: outlet.transport })
    outlet.end()
  }
}

async function pump({ hub, clock, cursor, outlet, gone }: StreamOptions, who: () => Principal): Promise<void> {
  const write = (piece: string) => unlessStalled(clock, gone, outlet.write(piece))
  let last = cursor
  while (!gone.signal.aborted) {
    const events = await hub.after(last, gone.signal)
    if (events === 'reset') {
      last = await hub.head()
      await write(outlet.reset(last))
    } else if (events.length > 0) {
      const faces = events.map((e) => ({ seq: e.seq, json: faceFor(who(), e) }))
      for (const piece of outlet.pieces(faces)) {
        await write(piece)
        if (gone.signal.aborted) return
      }
      eventsSent.inc(events.length)
      last = events.at(-1)!.seq
    }
  }
}

function faceFor({ areaPath, locked }: Principal, event: HubEvent): string {
  if (!isVisibleFrom(areaPath, event)) return event.elsewhere
  return locked ? JSON.stringify(eventBehindLock(JSON.parse(event.whole) as LiveEvent)) : event.whole
}

/** Server-sent events. The first lines name the start, so that a browser resumes rightly even before any event came. */
export function sseOutlet(response: ServerResponse, cursor: number): Outlet {
  response.write(`retry: 1000\nid: ${cursor}\n\n`)
  return {
    transport: 'sse',
    pieces(events) {
      const pieces = ['']
      for (const { seq, json } of events) {
        if (pieces.at(-1)!.length >= bufferBytes) pieces.push('')
        pieces[pieces.length - 1] += `id: ${seq}\ndata: ${json}\n\n`
      }
      return pieces
    },
    reset: (seq) => `event: reset\nid: ${seq}\ndata: ${JSON.stringify({ seq, type: 'reset' })}\n\n`,
    ...sseLine(response),
  }
}

/** The line of any server-sent events. */
export const sseLine = (response: ServerResponse): Pick<Outlet, 'write' | 'heartbeat' | 'end'> => ({
  write: (piece) =>
    new Promise((resolve) => {
      if (response.write(piece)) resolve()
      else response.once('drain', resolve)
    }),
  heartbeat() {
    if (!response.writableNeedDrain) response.write(': still here\n\n')
    return true
  },
  end: () => (response.writableLength > 0 ? void response.destroy() : void response.end()),
})

/** The same over a WebSocket, one message an event. `hello` names the start to a subscriber who named none. */
export function socketOutlet(socket: WebSocket, hello: number | undefined): Outlet {
  let alive = true
  socket.on('pong', () => {
    alive = true
  })
  if (hello !== undefined) socket.send(JSON.stringify({ seq: hello, type: 'hello' }))
  return {
    transport: 'websocket',
    pieces: (events) => events.map(({ json }) => json),
    reset: (seq) => JSON.stringify({ seq, type: 'reset' }),
    write: (piece) =>
      new Promise((resolve, reject) => {
        socket.send(piece, (err) => (err ? reject(err) : resolve()))
        if (socket.bufferedAmount < bufferBytes) resolve()
      }),
    heartbeat() {
      const lived = alive
      alive = false
      socket.ping()
      return lived
    },
    end: () => (socket.bufferedAmount > 0 ? socket.terminate() : socket.close(1001)),
  }
}
