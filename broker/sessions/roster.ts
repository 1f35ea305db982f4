import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Disk } from './disk.ts'
import { sessionsForgotten, sessionsHeld } from './metrics.ts'
import type { SessionRow } from './rows.ts'
import { keyOfSession, noteSession, type Session } from './session.ts'

/** All sessions that are kept. */
export type Roster = {
  get(id: string): Session | undefined
  /** The session, made where there was none, and noted as in use. Of too many of one principal the idlest without a connection goes. */
  use(id: string): Session
  /** Notes that a session is in use, where there is one. */
  touch(id: string): Session | undefined
  restore(n: number, row: SessionRow): Session
  /** Puts what was restored in the order of its use. */
  order(): void
  /** Takes the session itself out; whoever calls has taken out what it had. */
  remove(session: Session): void
  all(): Iterable<Session>
  /** Those of one principal, by its key. */
  of(key: string): Session[]
  /** The keys of all that have a session. */
  owners(): Iterable<string>
}

type Options = { disk: Disk; clock: Clock; isConnected(id: string): boolean; forget(session: Session): void }

/** The time of last use is written when it is off by this much: a reconnect alone then costs no write. */
const usedAtExactMs = 24 * 3_600_000

export function openRoster({ disk, clock, isConnected, forget }: Options): Roster {
  const sessions = new Map<string, Session>()
  /** By principal; the one that was not used for longest comes first. */
  const ofPrincipals = new Map<string, Set<Session>>()

  function add(n: number, { id, usedAt }: Omit<SessionRow, 'subscriptions'>): Session {
    const session: Session = {
      n,
      id,
      usedAt,
      subscriptions: new Map(),
      queue: [],
      inbound: new Map(),
      forgotten: false,
    }
    sessions.set(id, session)
    const key = keyOfSession(id)
    ofPrincipals.set(key, (ofPrincipals.get(key) ?? new Set()).add(session))
    sessionsHeld.set(sessions.size)
    return session
  }

  function make(id: string): Session {
    const session = add(disk.nextNumber(), { id, usedAt: clock.now() })
    noteSession(disk, session)
    makeRoom(ofPrincipals.get(keyOfSession(id))!, session)
    return session
  }

  function makeRoom(own: Set<Session>, newest: Session): void {
    if (own.size <= limits.sessionsPerPrincipal) return
    // Those with a connection are bounded by the quota of connections.
    const idlest = [...own].find((session) => session !== newest && !isConnected(session.id))
    if (!idlest) return
    sessionsForgotten.inc({ reason: 'too_many' })
    forget(idlest)
  }

  function touch(session: Session): Session {
    const own = ofPrincipals.get(keyOfSession(session.id))
    own?.delete(session)
    own?.add(session)
    if (clock.now() - session.usedAt >= usedAtExactMs) {
      session.usedAt = clock.now()
      noteSession(disk, session)
    }
    return session
  }

  return {
    get: (id) => sessions.get(id),
    use(id) {
      const known = sessions.get(id)
      return known ? touch(known) : make(id)
    },
    touch(id) {
      const known = sessions.get(id)
      return known && touch(known)
    },
    restore: add,
    order() {
      for (const [key, own] of ofPrincipals)
        if (own.size > 1) ofPrincipals.set(key, new Set([...own].sort((a, b) => a.usedAt - b.usedAt)))
    },
    remove(session) {
      const key = keyOfSession(session.id)
      const own = ofPrincipals.get(key)
      own?.delete(session)
      if (own?.size === 0) ofPrincipals.delete(key)
      sessions.delete(session.id)
      sessionsHeld.set(sessions.size)
      session.forgotten = true
      noteSession(disk, session)
    },
    all: () => sessions.values(),
    of: (key) => [...(ofPrincipals.get(key) ?? [])],
    owners: () => ofPrincipals.keys(),
  }
}
