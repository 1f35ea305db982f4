import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, register } from 'prom-client'
import type { HouseClock } from './house_clock.ts'

export type Admin = { port: number; close(): Promise<void> }

/** What a process tells of its inside, by a query. */
export type State = (query: Record<string, string>) => Promise<unknown>

/** What is told beside health and metrics. */
export type Inside = { clock: Pick<HouseClock, 'offset'>; state?: State | undefined }

/**
 * Listens on a free loopback port: `/healthz`, `/metrics.json` with this process's metrics (CPU, memory and event loop
 * among them) for the api to merge, `/clock.json` with how far its clock is ahead of the machine's (`offset_ms`; 0 but in
 * drills and tests), and `/state.json` where the process has something to tell.
 */
export async function startAdmin(name: string, inside: Inside): Promise<Admin> {
  collectDefaultMetrics()
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://admin'), name, inside).then(
      ({ status, body }) => send(response, status, body),
      () => send(response, 500, { status: 'failing' }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(
  { pathname, searchParams }: URL,
  name: string,
  { clock, state }: Inside,
): Promise<{ status: number; body: unknown }> {
  if (pathname === '/healthz') return { status: 200, body: { status: 'ok', process: name } }
  if (pathname === '/metrics.json') return { status: 200, body: await register.getMetricsAsJSON() }
  if (pathname === '/clock.json') return { status: 200, body: { offset_ms: clock.offset() } }
  if (pathname === '/state.json' && state) return { status: 200, body: await state(Object.fromEntries(searchParams)) }
  return { status: 404, body: { status: 'unknown path' } }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
