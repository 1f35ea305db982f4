import { type ClientRequest, get } from 'node:http'
import { WebSocket } from 'ws'

/** A live event or notice as it came: `kind` is `event`, `reset` or `hello`. */
export type Heard = { kind: string; seq: number; json: string }

export type Subscription = { close(): void; ended: Promise<void> }
export type Listen = { url: string; token: string; lastEventId?: number | undefined; heard(what: Heard): void }

/** One connection to the live events by SSE. `ended` resolves when it is over, however it ended. */
export function listenBySse({ url, token, lastEventId, heard }: Listen): Subscription {
  const ended = Promise.withResolvers<void>()
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
  }
  const request: ClientRequest = get(url, { headers }, (response) => {
    let rest = ''
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      const messages = (rest + piece).split('\n\n')
      rest = messages.pop() ?? ''
      for (const message of messages) take(message, heard)
    })
    response.on('close', () => ended.resolve())
    response.on('error', () => ended.resolve())
  })
  request.on('error', () => ended.resolve())
  return { close: () => request.destroy(), ended: ended.promise }
}

function take(message: string, heard: Listen['heard']): void {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]
  const id = field('id')
  const json = field('data')
  if (id === undefined) return
  if (json === undefined) heard({ kind: 'hello', seq: Number(id), json: '' })
  else heard({ kind: field('event') ?? 'event', seq: Number(id), json })
}

/** One connection to the live events by WebSocket. */
export function listenBySocket({ url, token, lastEventId, heard }: Listen): Subscription {
  const ended = Promise.withResolvers<void>()
  const query = `?access_token=${token}${lastEventId === undefined ? '' : `&last_event_id=${lastEventId}`}`
  const socket = new WebSocket(url.replace('http', 'ws') + query)
  socket.on('message', (data) => {
    const json = String(data)
    const { type, seq } = JSON.parse(json) as { type: string; seq: number }
    heard({ kind: type === 'reset' || type === 'hello' ? type : 'event', seq, json })
  })
  socket.on('error', () => {})
  socket.on('close', () => ended.resolve())
  return { close: () => socket.terminate(), ended: ended.promise }
}

export const transports = { sse: listenBySse, websocket: listenBySocket }
