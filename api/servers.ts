import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyHttpOptions, RawServerDefault } from 'fastify'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { newId } from '../domain/random.ts'
import { type ServerCertificate, tlsSettings } from '../domain/tls.ts'
import type { Api } from './context.ts'
import type { Lines } from './lines.ts'
import * as metrics from './metrics.ts'
import { asProblem, rawProblem } from './problem.ts'
import { mayUpgrade } from './upgrades.ts'

/** How long a caller may take, ms: to shake hands, for the headers, for the whole request; and how often it is looked. */
export type HttpTimes = { handshakeMs: number; headersMs: number; requestMs: number; lookMs: number }

const usualTimes: HttpTimes = {
  handshakeMs: limits.tlsHandshakeMs,
  headersMs: limits.httpHeadersMs,
  requestMs: limits.httpRequestMs,
  lookMs: limits.httpLookMs,
}

/** An idle connection is kept for the next request for so long: longer than proxies keep theirs, which is a minute. */
const keepAliveMs = 72_000

/** What the HTTP server and the HTTPS server have in common. */
const shared = ({ headersMs, lookMs }: HttpTimes) =>
  ({
    shouldUpgradeCallback: ({ url, headers }) => isWebSocket(headers.upgrade) && mayUpgrade(url),
    headersTimeout: headersMs,
    connectionsCheckingInterval: lookMs,
  }) satisfies ServerOptions

const isWebSocket = (upgrade: string | undefined): boolean => upgrade?.toLowerCase() === 'websocket'

/** Fastify's settings of its own server. */
export const serverSettings = (times = usualTimes) =>
  ({
    http: shared(times),
    requestTimeout: times.requestMs,
    keepAliveTimeout: keepAliveMs,
    clientErrorHandler: clientFailed,
  }) satisfies FastifyHttpOptions<RawServerDefault>

/** Answers a request that cannot be read or did not arrive in time, and hangs up. */
function clientFailed(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (isLate) metrics.lateRequests.inc()
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const failure = isLate ? new VigilError('request_too_slow') : { statusCode: 400 }
  socket.end(rawProblem(asProblem(failure, newId('req'))))
}

/** Whoever does not get to the end of the handshake, for which there is no answer. */
function handshakeFailed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') metrics.lateRequests.inc()
  socket.destroy()
}

export type HttpsOptions = {
  host: string
  port: number
  certificate: ServerCertificate
  times?: HttpTimes | undefined
  lines: Lines
}
export type RunningHttps = { port: number; close(): void }
type Upgrade = (...args: [request: Parameters<Api['routing']>[0], socket: Duplex, head: Buffer]) => void

/** Opens a second way to the same routes, over TLS. Rejects where the port is taken. */
export async function openHttps(app: Api, upgrade: Upgrade, options: HttpsOptions): Promise<RunningHttps> {
  const { certificate, times = usualTimes, lines } = options
  const context = () => ({ ...tlsSettings, ...certificate.current() })
  const settings = {
    ...context(),
    ...shared(times),
    requestTimeout: times.requestMs,
    handshakeTimeout: times.handshakeMs,
    keepAliveTimeout: keepAliveMs,
  }
  const server = createServer(settings, app.routing)
  server.on('upgrade', upgrade)
  server.on('clientError', clientFailed)
  server.on('tlsClientError', handshakeFailed)
  const forget = certificate.onChange(() => server.setSecureContext(context()))
  // Connections that have not shaken hands are none of the HTTP server's.
  const raw = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    raw.add(socket)
    lines.opened(socket)
    socket.once('close', () => raw.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      forget()
      server.close()
      for (const socket of raw) socket.destroy()
    },
  }
}
