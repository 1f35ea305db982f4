import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { newId } from '../domain/random.ts'
import type { ApiDeps } from './context.ts'
import { type Events, eventsPath } from './events.ts'
import { mqttPath, passUpgrade } from './front_door_socket.ts'
import * as metrics from './metrics.ts'
import { asProblem, rawProblem } from './problem.ts'

const upgradePaths: ReadonlySet<string> = new Set([mqttPath, eventsPath])

/** Without the query and without the slash at the end that some clients add. */
const pathOf = (url = ''): string => url.replace(/\/?(?:\?.*)?$/, '')

/** Whether a WebSocket may be opened there; elsewhere the wish is ignored and the request answered as any other. */
export const mayUpgrade = (url: string | undefined): boolean => upgradePaths.has(pathOf(url))

export type Upgrades = {
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Cuts every line that was taken over, because the HTTP server no longer knows of them. */
  close(): void
}

/** Takes WebSocket upgrades over from the HTTP server: live events here, MQTT to the broker. */
export function createUpgrades(deps: ApiDeps, events: Events): Upgrades {
  const open = new Set<Duplex>()
  const takers: Record<string, Events['upgrade']> = {
    [mqttPath]: (request: IncomingMessage, socket: Duplex, head: Buffer) => passUpgrade(deps, request, socket, head),
    [eventsPath]: async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      await events.upgrade(request, socket, head)
      deps.lines.left(request.socket)
    },
  }
  return {
    take(request, socket, head) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      // The HTTP server has let go of the socket with its listeners; a broken line must not end the process.
      socket.on('error', () => socket.destroy())
      const taker = takers[pathOf(request.url)]
      if (!taker) return void socket.destroy()
      taker(request, socket, head).catch((err: unknown) => refuse(deps, socket, err))
    },
    close() {
      for (const socket of open) socket.destroy()
    },
  }
}

function refuse({ log }: ApiDeps, socket: Duplex, err: unknown): void {
  const problem = asProblem(err, newId('req'))
  metrics.problems.inc({ code: problem.code })
  if (problem.code === 'internal') log.error({ err, id: problem.request_id }, 'upgrade failed')
  // Not only our own side of it, or who is refused could keep the other open for ever.
  socket.end(rawProblem(problem), () => socket.destroy())
}
