import type { AddressInfo } from 'node:net'
import type { ServerCertificate } from '../domain/tls.ts'
import { buildApp } from './app.ts'
import type { ApiDeps } from './context.ts'
import { openLines } from './lines.ts'
import { openHttps } from './servers.ts'
import { createUpgrades } from './upgrades.ts'

export type ApiOptions = Omit<ApiDeps, 'lines'> & {
  host: string
  /** 0 picks a free one. */
  port: number
  /** The same over TLS; absent: there is none. */
  tls?: { port: number; certificate: ServerCertificate } | undefined
  /** HTTP connections at one time; absent: as domain/limits.ts says. Less where this process may not have so many files open. */
  linesMost?: number | undefined
}

/** `httpsPort`: undefined where there is no TLS. */
export type RunningApi = { port: number; httpsPort: number | undefined; close(): Promise<void> }

/**
 * Starts the api: HTTP and HTTPS for people and programs, live events, the console, and the way through to the front door.
 * Rejects where a port is taken. `close` ends the live streams; subscribers resume by number.
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const lines = openLines(options.linesMost)
  const { app, events } = await buildApp({ ...options, lines })
  const upgrades = createUpgrades({ ...options, lines }, events)
  app.server.on('upgrade', upgrades.take)
  app.server.on('connection', lines.opened)
  const { host, port, tls, times } = options
  await app.listen({ host, port })
  const https = tls && (await openHttps(app, upgrades.take, { host, ...tls, times, lines }))
  return {
    port: (app.server.address() as AddressInfo).port,
    httpsPort: https?.port,
    async close() {
      upgrades.close()
      https?.close()
      await app.close()
    },
  }
}
