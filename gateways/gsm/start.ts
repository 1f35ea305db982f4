import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { serveDevice } from './connection.ts'
import { eview } from './eview.ts'
import { type Line, openLine, type Vigil } from './line.ts'
import * as metrics from './metrics.ts'
import { type Protocol, type ProtocolName, protocolNames } from './protocol.ts'
import { trv } from './trv.ts'
import { watch } from './watch.ts'

const protocols: Record<ProtocolName, Protocol> = { watch, eview, trv }

/** `ports`: of the protocols that are to be listened to; 0 picks a free one. */
export type GsmGatewayOptions = {
  ports: Partial<Record<ProtocolName, number>>
  host: string
  vigil: Vigil
  clock: Clock
  log: Logger
}

export type GsmGateway = {
  /** Where it listens, by protocol. */
  ports: Partial<Record<ProtocolName, number>>
  close(): Promise<void>
}

/**
 * Listens for GSM watches and pendants, a port for each protocol, and publishes every frame to Vigil as `gsm/{protocol}/{id}`.
 * Rejects where a port is taken.
 */
export async function startGsmGateway({ ports, host, vigil, clock, log }: GsmGatewayOptions): Promise<GsmGateway> {
  const line = openLine(vigil, log)
  const doors: Door[] = []
  const close = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.close()))
    await line.close()
  }
  try {
    const at: GsmGateway['ports'] = {}
    for (const name of protocolNames) {
      const port = ports[name]
      if (port === undefined) continue
      const door = await openDoor(protocols[name], { port, host, line, clock })
      doors.push(door)
      at[name] = door.port
    }
    return { ports: at, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Door = { port: number; close(): Promise<void> }
type DoorOptions = { port: number; host: string; line: Line; clock: Clock }

async function openDoor(protocol: Protocol, { port, host, line, clock }: DoorOptions): Promise<Door> {
  const { name } = protocol
  const open = new Set<Socket>()
  const server: Server = createServer({ keepAlive: true, noDelay: true }, (socket) => {
    open.add(socket)
    metrics.connections.inc({ protocol: name })
    socket.on('close', () => {
      open.delete(socket)
      metrics.connections.dec({ protocol: name })
    })
    serveDevice(socket, protocol, line, clock)
  })
  server.maxConnections = limits.gsmConnections
  server.on('drop', () => metrics.cut.inc({ protocol: name, reason: 'no_room' }))
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
