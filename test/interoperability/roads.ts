import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'
import { listen } from '../../broker/sockets/listeners.ts'
import type { OpenHouse } from './open_house.ts'

/** The ways to Vigil's broker. */
export const roads = ['tcp', 'tls', 'websocket'] as const
export type Road = (typeof roads)[number]

/**
 * A TCP port that leads to the broker on a road. Suites and tools that speak MQTT over plain TCP only are so brought to
 * the others: their bytes are carried over as they are.
 */
export async function throughRoad(road: Road, house: OpenHouse): Promise<{ port: number; close(): void }> {
  if (road === 'tcp') return { port: house.mqttPort, close() {} }
  const server = createServer((socket) => join(socket, roadTo[road](house)))
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return { port, close: () => void server.close() }
}

const roadTo: Record<Exclude<Road, 'tcp'>, (house: OpenHouse) => Duplex> = {
  tls: ({ mqttsPort }) => connect({ host: '127.0.0.1', port: mqttsPort, rejectUnauthorized: false }),
  websocket: ({ httpPort }) => createWebSocketStream(new WebSocket(`ws://127.0.0.1:${httpPort}/mqtt`, ['mqtt'])),
}

/** Where one side ends, so does the other. */
function join(here: Socket, there: Duplex): void {
  here.on('error', () => there.destroy())
  there.on('error', () => here.destroy())
  here.on('close', () => there.destroy())
  there.on('close', () => here.destroy())
  here.pipe(there).pipe(here)
}
