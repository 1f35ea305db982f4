import type { Socket } from 'node:net'
import { limits } from '../../domain/limits.ts'
import { addressKey } from '../quotas/quotas.ts'
import { addressOf } from './peer.ts'

/** One end of a connection, which is told by its address and port. */
type End = Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * The connections that are shaking hands. An honest one is that for a few round trips; so where there are too many, of
 * one address or of all, the oldest of the address that has the most makes room.
 */
export type Handshakes = {
  /** One more. It is forgotten when it closes. */
  begin(socket: Socket): void
  /** The one with this end is over. */
  end(end: End): void
  readonly size: number
}

/** Absent bounds are those of domain/limits.ts. */
type Options = { most?: number; mostPerAddress?: number; onShed(): void }
type Handshake = { socket: Socket; name: string; key: string }

export function openHandshakes(options: Options): Handshakes {
  const { most = limits.newcomers, mostPerAddress = limits.newcomersPerAddress, onShed } = options
  const byName = new Map<string, Handshake>()
  const byAddress = new Map<string, Set<Handshake>>()

  function shed([oldest]: Iterable<Handshake>): void {
    if (!oldest) return
    onShed()
    forget(oldest)
    oldest.socket.destroy()
  }

  function forget(handshake: Handshake): void {
    const { name, key } = handshake
    if (byName.get(name) === handshake) byName.delete(name)
    const own = byAddress.get(key)
    own?.delete(handshake)
    if (own?.size === 0) byAddress.delete(key)
  }

  return {
    get size() {
      return byName.size
    },
    begin(socket) {
      const handshake = { socket, name: nameOf(socket), key: addressKey(addressOf(socket.remoteAddress)) }
      const own = byAddress.get(handshake.key) ?? new Set()
      if (own.size >= mostPerAddress) shed(own)
      else if (byName.size >= most) shed(largest(byAddress.values()))
      byName.set(handshake.name, handshake)
      byAddress.set(handshake.key, own.add(handshake))
      socket.once('close', () => forget(handshake))
    },
    end(end) {
      const handshake = byName.get(nameOf(end))
      if (handshake) forget(handshake)
    },
  }
}

const nameOf = ({ remoteAddress, remotePort }: End): string => `${remoteAddress} ${remotePort}`

function largest<T>(sets: Iterable<Set<T>>): Set<T> {
  let found = new Set<T>()
  for (const one of sets) if (one.size > found.size) found = one
  return found
}
