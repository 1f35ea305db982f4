import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { Telemetry } from '../ingest/telemetry.ts'
import type { Journal } from '../journal/journal.ts'
import type { Store } from '../store/store.ts'
import type { Lines } from './lines.ts'
import type { MapTiles } from './map.ts'
import type { OidcOptions } from './oidc_provider.ts'
import type { HttpTimes } from './servers.ts'

/** One of the other processes of this house and the base of its loopback admin listener. */
export type Peer = { process: string; url: URL }

/**
 * What the api works with. `frontDoor` gives the base of the broker's loopback HTTP listener, undefined while it is
 * away; `peers` gives the other processes that serve `/metrics.json`. Both are asked anew each time, because a process
 * that was restarted listens elsewhere.
 */
export type ApiDeps = {
  store: Store
  telemetry: Telemetry
  clock: Clock
  log: Logger
  /** By whose clock days, rotas and plans go; an IANA name. */
  zone: string
  adminToken?: string
  /** Absent: people log in with name and password only. */
  oidc?: OidcOptions | undefined
  /** Opens the journal for reading; asked for only while somebody watches messages. Rejects while there is none. */
  openJournal: () => Promise<Journal>
  /** Absent: no map tiles. */
  map?: MapTiles | undefined
  /** After so long without a hand on it a console locks itself; 0: never; absent: as domain/limits.ts says. */
  lockAfterMs?: number | undefined
  frontDoor: () => Promise<URL | undefined>
  peers: () => Promise<Peer[]>
  /** The connections that requests come on. */
  lines: Lines
  /** How long a caller may take; absent: as domain/limits.ts says. */
  times?: HttpTimes
}

/** The Fastify instance with zod as the source of its types. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>
