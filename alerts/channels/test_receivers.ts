import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../domain/clock.ts'
import type { Notice } from '../../domain/notices.ts'
import type { Tools } from './channel.ts'

/** Receivers that are really there, on ports of their own, and what is sent to them. */

export type Received = { method: string; url: URL; headers: IncomingHttpHeaders; body: string }
/** `hang`: never answers. Otherwise status, headers and body, all of which may be left out. */
export type Reply = 'hang' | { status?: number; headers?: Record<string, string>; body?: string }

export type HttpReceiver = {
  url: string
  host: string
  received: Received[]
  /** What is answered from now on. */
  reply: Reply | ((request: Received) => Reply)
  /** Resolves when the next request is there whole. */
  next(): Promise<Received>
  close(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return
  response.writeHead(reply.status ?? 200, reply.headers)
  response.end(reply.body ?? '')
}

/** `tls`: key and certificate, for https. */
export async function startHttpReceiver(tls?: { key: string; cert: string }): Promise<HttpReceiver> {
  const waiting: ((request: Received) => void)[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', receiver.url)
    const { method = '', headers } = request
    const received = { method, url, headers, body: await bodyOf(request) }
    receiver.received.push(received)
    for (const resolve of waiting.splice(0)) resolve(received)
    answer(response, typeof receiver.reply === 'function' ? receiver.reply(received) : receiver.reply)
  }
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void take(request, response).catch(() => response.destroy())
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const receiver: HttpReceiver = {
    url: `${tls ? 'https' : 'http'}://${host}`,
    host,
    received: [],
    reply: {},
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

/** Tools whose attempt can be aborted. */
export function toolsOf(): Tools & { abort(): void } {
  const controller = new AbortController()
  return { clock: systemClock, signal: controller.signal, abort: () => controller.abort() }
}

export const noticeOf = (changed: Partial<Notice> = {}): Notice => ({
  id: 'notice-4711-2',
  reason: 'call',
  at: '2026-11-22T08:15:30.250Z',
  to: '13800138000',
  name: '李梅',
  language: 'zh-CN',
  title: '危急：按下紧急呼救，工单 4711',
  text: '王秀英（和平路 1 号 2-301）于 11月22日 16:15 按下紧急呼救，工单 4711。请立即响应，联系或前往查看。',
  link: 'https://vigil.example/t/4711',
  ticket: {
    id: 't-1',
    number: 4711,
    state: 'open',
    kind: 'sos',
    severity: 'critical',
    home: 'home-7',
    area: 'haibowan',
    opened_at: '2026-11-22T08:15:30.250Z',
  },
  ...changed,
})
