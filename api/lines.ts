import type { Socket } from 'node:net'
import { addressKey } from '../broker/quotas/quotas.ts'
import { addressOf } from '../broker/sockets/peer.ts'
import { limits } from '../domain/limits.ts'
import { linesCut } from './metrics.ts'

/** One end of a connection, told by its address and port: over TLS there are two sockets for one. */
type End = Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * The HTTP connections that stand. Nobody need say who he is to open one, and each is an open file of this process; so
 * there are only so many, and of the address that has the most the one that was silent for longest makes room.
 */
export type Lines = {
  /** One more. It is forgotten when it closes. */
  opened(socket: Socket): void
  /** A request came on it. */
  used(end: End): void
  /** It is no HTTP any more, or a stream of events to somebody who is known: it is not counted and not cut. */
  left(end: End): void
}

/** How many of all may be of one address: as of those that are not authenticated at the broker. */
const shareOfAddress = limits.newcomersPerAddress / limits.newcomers

export function openLines(most: number = limits.newcomers): Lines {
  const sockets = new Map<string, Socket>()
  /** The one that was silent for longest comes first. */
  const houses = new Map<string, Set<string>>()

  function forget(name: string, key: string): void {
    sockets.delete(name)
    const house = houses.get(key)
    house?.delete(name)
    if (house?.size === 0) houses.delete(key)
  }

  function makeRoom(house: Set<string>, key: string): void {
    const [silent] = house
    if (silent === undefined) return
    linesCut.inc()
    const socket = sockets.get(silent)
    forget(silent, key)
    socket?.destroy()
  }

  return {
    opened(socket) {
      const [name, key] = [nameOf(socket), keyOf(socket)]
      const own = houses.get(key)
      if (own && own.size >= most * shareOfAddress) makeRoom(own, key)
      else if (sockets.size >= most) makeRoom(...largest(houses))
      sockets.set(name, socket)
      houses.set(key, (houses.get(key) ?? new Set()).add(name))
      socket.once('close', () => {
        if (sockets.get(name) === socket) forget(name, key)
      })
    },
    used(end) {
      const [name, house] = [nameOf(end), houses.get(keyOf(end))]
      if (house?.delete(name)) house.add(name)
    },
    left: (end) => forget(nameOf(end), keyOf(end)),
  }
}

const nameOf = ({ remoteAddress, remotePort }: End): string => `${remoteAddress} ${remotePort}`
const keyOf = ({ remoteAddress }: End): string => addressKey(addressOf(remoteAddress))

function largest(houses: ReadonlyMap<string, Set<string>>): [Set<string>, string] {
  let found: [Set<string>, string] = [new Set(), '']
  for (const [key, house] of houses) if (house.size > found[0].size) found = [house, key]
  return found
}
