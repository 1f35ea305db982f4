import { connect, type Socket } from 'node:net'
import type { Random } from '../../domain/random.ts'
import { below } from './packets.ts'

/** A device whose token the attackers have. */
export type Bot = { device: string; token: string }

export type Counts = {
  connections: number
  /** Packets, messages or requests written; `bytes` of them. */
  packets: number
  bytes: number
}

/** What an attack has to work with. It goes on until `isOver`. */
export type Attacker = {
  mqttPort: number
  /** Of the api, which passes ingest on to the front door. */
  httpPort: number
  bots: readonly Bot[]
  random: Random
  counts: Counts
  isOver(): boolean
  /** Resolves when it is over. */
  over: Promise<void>
}

/** Any address of 127.0.0.0/8 but those that honest devices of the bench have. */
const anyAddress = (random: Random): string =>
  `127.${1 + below(random, 199)}.${below(random, 256)}.${1 + below(random, 254)}`

/** A connection from any address; undefined where the other side would not have it. */
export async function open(attacker: Attacker, port = attacker.mqttPort): Promise<Socket | undefined> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: anyAddress(attacker.random), noDelay: true })
  socket.on('error', () => {})
  // One that is written to for long has been waited for many a time.
  socket.setMaxListeners(0)
  attacker.counts.connections += 1
  await Promise.race([happens(socket, 'connect'), gone(socket)])
  return socket.destroyed ? undefined : socket
}

/** Writes, and waits where the other side does not read so fast. False where the connection is gone. */
export async function write(attacker: Attacker, socket: Socket, packets: readonly Buffer[]): Promise<boolean> {
  if (socket.destroyed) return false
  const bytes = Buffer.concat(packets)
  attacker.counts.packets += packets.length
  attacker.counts.bytes += bytes.length
  if (!socket.write(bytes)) await Promise.race([happens(socket, 'drain'), gone(socket), attacker.over])
  return !socket.destroyed
}

/** Never rejects: that a connection fails is nothing special here. */
const happens = (socket: Socket, event: string): Promise<void> =>
  new Promise((resolve) => socket.once(event, () => resolve()))

export const gone = (socket: Socket): Promise<void> => (socket.destroyed ? Promise.resolve() : happens(socket, 'close'))

/** Resolves when the other side has said something, has hung up, or the attack is over. */
export async function answered(attacker: Attacker, socket: Socket): Promise<void> {
  await Promise.race([happens(socket, 'data'), gone(socket), attacker.over])
}

/** Does something again and again, so many at a time, until the attack is over. */
export async function again(attacker: Attacker, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  const one = async (n: number): Promise<void> => {
    while (!attacker.isOver()) {
      await work(n)
      // Sockets are of the event loop: whoever never lets it turn, attacks nobody.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, n) => one(n)))
}

/** A connection of a bot, with its CONNACK or without. */
export async function openBot(
  attacker: Attacker,
  n: number,
  connectOf: (bot: Bot) => Buffer,
): Promise<Socket | undefined> {
  const socket = await open(attacker)
  if (!socket) return undefined
  await write(attacker, socket, [connectOf(attacker.bots[n % attacker.bots.length]!)])
  await answered(attacker, socket)
  socket.resume()
  return socket.destroyed ? undefined : socket
}
