import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { limits } from '../../domain/limits.ts'

/**
 * After an outage all devices come at once, and one that finds the operating system's queue full tries again after 1, 3,
 * 7, 15, 31 s. A listener's queue is short (Linux: net.core.somaxconn, 4,096), and Node takes one connection off it at each
 * turn of the event loop; several listeners on one port have several queues.
 */
const listeners = process.platform === 'linux' ? 8 : 1
/** As long as the operating system allows. */
const backlog = 65_535

export type ListenersOptions = {
  host: string
  /** 0 picks a free one. */
  port: number
  /** Absent: no bound. */
  room?: Room
  onConnection(socket: Socket): void
}

/** Room for connections, which several ports may share. */
export type Room = {
  /** Whether there is a place for this socket, which it then has until it closes. */
  has(socket: Socket): boolean
}

/** Room for `most` connections at one time; absent: no bound. `onNone` is told of each for which there is no place. */
export function roomFor(most = Number.POSITIVE_INFINITY, onNone = () => {}): Room {
  let held = 0
  return {
    has(socket) {
      if (held >= most) {
        onNone()
        return false
      }
      held += 1
      socket.once('close', () => {
        held -= 1
      })
      return true
    },
  }
}

/** `close` takes no more connections; those that stand are left alone. */
export type Listeners = { port: number; close(): void }

/** Listens for TCP connections. Rejects where the port is taken, also by another process that would share it. */
export async function openListeners(options: ListenersOptions): Promise<Listeners> {
  const { host, room = roomFor() } = options
  const reusePort = listeners > 1
  if (options.port !== 0 && reusePort) await mustBeFree({ host, port: options.port })
  const take = (socket: Socket) => (room.has(socket) ? options.onConnection(socket) : socket.destroy())

  const servers: Server[] = []
  let { port } = options
  for (let n = 0; n < listeners; n++) {
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: limits.tcpKeepAliveMs }, take)
    port = await listen(server, { host, port, backlog, reusePort })
    servers.push(server)
  }
  return {
    port,
    close() {
      for (const server of servers) server.close()
    },
  }
}

/** Any process of this user might share a port that is shared; one that is not cannot be had twice. */
async function mustBeFree(address: { host: string; port: number }): Promise<void> {
  const server = createServer()
  await listen(server, address)
  await new Promise((resolve) => server.close(resolve))
}

/** Resolves with the port; rejects where it cannot be had. */
export function listen(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : (options.port ?? 0))
    })
  })
}
