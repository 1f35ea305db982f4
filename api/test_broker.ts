import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { FrontDoor, LiveConnection } from '../domain/front_door.ts'
import type { Peer } from './context.ts'

/** One connection of each district's device and of each vendor's account, in that order. */
const connections: LiveConnection[] = [
  'device:device-north',
  'vendor:maker-north',
  'device:device-south',
  'vendor:maker-south',
].map((principal) => ({
  principal,
  client_id: 'c',
  address: '192.0.2.7',
  via: 'tcp',
  connected_at: '2026-11-22T08:00:00.000Z',
  quota: null,
}))

const figures: FrontDoor = {
  at: '2026-11-22T08:00:00.000Z',
  connections: connections.length,
  by_kind: { device: 2, vendor: 2 },
  connects: { accepted: 4 },
  messages: { urgent: 1 },
  refused: {},
  cut: {},
  busiest: [],
}

/** Answers as the broker's admin listener does, for the test that asks: what it knows is the small house's. */
export async function openTestBroker(): Promise<Peer> {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://broker').searchParams
    response.end(JSON.stringify(query.get('what') === 'front_door' ? figures : page(query)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { process: 'broker', url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) }
}

function page(query: URLSearchParams): { items: LiveConnection[]; next: string | null } {
  const [principal, vendor] = [query.get('principal'), query.get('vendor')]
  const after = Number(query.get('after'))
  const end = after + Number(query.get('limit'))
  const items = connections
    .slice(after, end)
    .filter((one) => principal === null || one.principal === principal)
    .filter((one) => vendor === null || one.principal.endsWith(vendor.replace('maker', '')))
  return { items, next: end < connections.length ? String(end) : null }
}
