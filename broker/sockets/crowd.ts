import type { Socket } from 'node:net'
import { addressKey } from '../../domain/addresses.ts'
import { limits } from '../../domain/limits.ts'

/** One end of a connection, told by its address and port: over TLS there are two sockets for one. */
type End = Pick<Socket, 'remoteAddress' | 'remotePort'>

/**
 * Connections that anybody may open without saying who he is, such as those that are shaking hands. There are only so
 * many of one address, and of all; beyond it, of the address that has the most, the one that was silent for longest makes
 * room.
 */
export type Crowd = {
  /** One more. It is forgotten when it closes. */
  opened(socket: Socket): void
  /** Something came on it. */
  used(end: End): void
  /** It is somebody's who is known, or otherwise no part of the crowd any more: it is not counted and not cut. */
  left(end: End): void
  readonly size: number
}

/** Absent bounds are those of domain/limits.ts. */
type Options = { most?: number; mostPerAddress?: number; onShed(): void }
type Member = { socket: Socket; name: string; key: string }

export function openCrowd(options: Options): Crowd {
  const { most = limits.newcomers, mostPerAddress = limits.newcomersPerAddress, onShed } = options
  const byName = new Map<string, Member>()
  /** Of each address the one that was silent for longest comes first. */
  const byAddress = new Map<string, Set<Member>>()

  function shed([silent]: Iterable<Member>): void {
    if (!silent) return
    onShed()
    forget(silent)
    silent.socket.destroy()
  }

  function forget(member: Member): void {
    const { name, key } = member
    if (byName.get(name) === member) byName.delete(name)
    const own = byAddress.get(key)
    own?.delete(member)
    if (own?.size === 0) byAddress.delete(key)
  }

  return {
    get size() {
      return byName.size
    },
    opened(socket) {
      const member = { socket, name: nameOf(socket), key: addressKey(socket.remoteAddress) }
      const own = byAddress.get(member.key)
      if (own && own.size >= mostPerAddress) shed(own)
      else if (byName.size >= most) shed(largest(byAddress.values()))
      byName.set(member.name, member)
      byAddress.set(member.key, (byAddress.get(member.key) ?? new Set()).add(member))
      socket.once('close', () => forget(member))
    },
    used(end) {
      const member = byName.get(nameOf(end))
      const own = member && byAddress.get(member.key)
      if (!member || !own?.delete(member)) return
      own.add(member)
    },
    left(end) {
      const member = byName.get(nameOf(end))
      if (member) forget(member)
    },
  }
}

const nameOf = ({ remoteAddress, remotePort }: End): string => `${remoteAddress} ${remotePort}`

function largest<T>(sets: Iterable<Set<T>>): Set<T> {
  let found = new Set<T>()
  for (const one of sets) if (one.size > found.size) found = one
  return found
}
