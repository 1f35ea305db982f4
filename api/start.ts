import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import type { ApiDeps } from './context.ts'
import { createUpgrades } from './upgrades.ts'

export type ApiOptions = ApiDeps & {
  host: string
  /** 0 picks a free one. */
  port: number
}

export type RunningApi = { port: number; close(): Promise<void> }

/**
 * Starts the api: HTTP for people and programs, live events, the console, and the way through to the front door.
 * Rejects where the port is taken. `close` ends the live streams; subscribers resume by number.
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { app, events } = await buildApp(options)
  const upgrades = createUpgrades(options, events)
  app.server.on('upgrade', upgrades.take)
  await app.listen({ host: options.host, port: options.port })
  return {
    port: (app.server.address() as AddressInfo).port,
    async close() {
      upgrades.close()
      await app.close()
    },
  }
}
