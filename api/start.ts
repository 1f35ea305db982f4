import type { AddressInfo } from 'node:net'
import type { ServerCertificate } from '../domain/tls.ts'
import { buildApp } from './app.ts'
import type { ApiDeps } from './context.ts'
import { openHttps } from './servers.ts'
import { createUpgrades } from './upgrades.ts'

export type ApiOptions = ApiDeps & {
  host: string
  /** 0 picks a free one. */
  port: number
  /** The same over TLS; absent: there is none. */
  tls?: { port: number; certificate: ServerCertificate } | undefined
}

/** `httpsPort`: undefined where there is no TLS. */
export type RunningApi = { port: number; httpsPort: number | undefined; close(): Promise<void> }

/**
 * Starts the api: HTTP and HTTPS for people and programs, live events, the console, and the way through to the front door.
 * Rejects where a port is taken. `close` ends the live streams; subscribers resume by number.
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { app, events } = await buildApp(options)
  const upgrades = createUpgrades(options, events)
  app.server.on('upgrade', upgrades.take)
  const { host, port, tls, times } = options
  await app.listen({ host, port })
  const https = tls && (await openHttps(app, upgrades.take, { host, ...tls, times }))
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
