import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Client } from 'aedes'
import type { Counter } from 'prom-client'
import { z } from 'zod'
import { type Clock, isoTime } from '../domain/clock.ts'
import type { FrontDoor, LiveConnection } from '../domain/front_door.ts'
import type { Connection, Connections } from './identity/connections.ts'
import { keyOf } from './identity/principal.ts'
import { admitted, connects, cut, refusals } from './metrics.ts'
import type { Quotas } from './quotas/quotas.ts'

/** What is asked of a broker: a page of its connections, or its figures. As a query string, so all is text. */
export const StateQuery = z.discriminatedUnion('what', [
  z.object({ what: z.literal('front_door') }),
  z.object({
    what: z.literal('connections'),
    principal: z.string().optional(),
    vendor: z.string().optional(),
    after: z.coerce.number().int().default(0),
    limit: z.coerce.number().int().min(1),
  }),
])
type PageQuery = Extract<z.output<typeof StateQuery>, { what: 'connections' }>

/** A page of connections in the order in which they were let in; `next` is null on the last one. */
export type ConnectionsPage = { items: LiveConnection[]; next: string | null }

/** Who stands at the front door, and what they use of what they may. */
export type Seen = { connections: Connections; quotas: Pick<Quotas, 'useOf' | 'busiest'>; clock: Clock }

const busiestMost = 20

/** Looks at the front door without touching it. */
export async function stateOf(door: Seen, query: z.output<typeof StateQuery>): Promise<FrontDoor | ConnectionsPage> {
  return query.what === 'front_door' ? figures(door) : page(door, query)
}

async function figures(door: Seen): Promise<FrontDoor> {
  const byKind: Record<string, number> = {}
  let connections = 0
  for (const { principal } of door.connections.all()) {
    connections++
    byKind[principal.kind] = (byKind[principal.kind] ?? 0) + 1
  }
  return {
    at: isoTime(door.clock.now()),
    connections,
    by_kind: byKind,
    connects: await totals(connects, 'result'),
    messages: await totals(admitted, 'lane'),
    refused: await totals(refusals, 'code'),
    cut: await totals(cut, 'reason'),
    busiest: door.quotas.busiest(busiestMost),
  }
}

/** A counter's totals by one of its labels. */
async function totals<Label extends string>(counter: Counter<Label>, label: Label): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const { labels, value } of (await counter.get()).values) {
    const of = String(labels[label])
    sums[of] = (sums[of] ?? 0) + value
  }
  return sums
}

/** Walks the connections without sorting or copying them: there may be tens of thousands. */
function page({ connections, quotas }: Seen, query: PageQuery): ConnectionsPage {
  const items: LiveConnection[] = []
  let last = 0
  for (const connection of asked(connections, query)) {
    if (connection.number <= query.after || !isOfVendor(connection, query.vendor)) continue
    if (items.length === query.limit) return { items, next: String(last) }
    items.push(shown(connection, quotas))
    last = connection.number
  }
  return { items, next: null }
}

const asked = (connections: Connections, { principal }: PageQuery): Iterable<Connection> =>
  principal === undefined ? connections.all() : connections.byKey(principal).sort((a, b) => a.number - b.number)

function isOfVendor({ principal }: Connection, vendor: string | undefined): boolean {
  if (vendor === undefined) return true
  if (principal.kind === 'vendor') return principal.id === vendor
  return principal.kind === 'device' && principal.vendor === vendor
}

function shown({ principal, client, peer, since }: Connection, quotas: Seen['quotas']): LiveConnection {
  const key = keyOf(principal)
  return {
    principal: key,
    client_id: client.id.slice(key.length + 1),
    address: peer.address,
    via: wayOf(client),
    connected_at: isoTime(since),
    quota: quotas.useOf(key) ?? null,
  }
}

function wayOf({ conn }: Client): LiveConnection['via'] {
  if (conn instanceof TLSSocket) return 'tls'
  return conn instanceof Socket ? 'tcp' : 'websocket'
}
