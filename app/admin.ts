import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, register } from 'prom-client'

export type Admin = { port: number; close(): Promise<void> }

/**
 * Listens on a free loopback port: `/healthz`, and `/metrics.json` with this process's metrics (CPU, memory and event
 * loop among them) for the api to merge.
 */
export async function startAdmin(name: string): Promise<Admin> {
  collectDefaultMetrics()
  const server = createServer((request, response) => {
    answer(request.url, name).then(
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

async function answer(url: string | undefined, name: string): Promise<{ status: number; body: unknown }> {
  if (url === '/healthz') return { status: 200, body: { status: 'ok', process: name } }
  if (url === '/metrics.json') return { status: 200, body: await register.getMetricsAsJSON() }
  return { status: 404, body: { status: 'unknown path' } }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
