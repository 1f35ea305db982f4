import type { Client } from 'aedes'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { Bucket } from '../quotas/meter.ts'

/** How far one has come: it has said nothing yet, its credentials are being looked up, or it was refused. */
type Stage = 'silent' | 'asking' | 'refused'
type Newcomer = { client: Client; key: string; since: number; stage: Stage; cancel?: () => void }
/** The newcomers of one address. */
type Group = Record<Stage, Set<Newcomer>>

/** Who has to go first where there is no room: whoever was refused, then whoever says nothing; of these the oldest. */
const firstToGo: readonly Stage[] = ['refused', 'silent', 'asking']

/** Why a newcomer is cut. */
export type ShedReason = 'connect_too_slow' | 'newcomers_too_many'

/**
 * The connections that are not authenticated. An honest one is that for milliseconds; so whoever holds many of them, and
 * says nothing or the wrong thing, has to make room. Addresses are keys as `addressKey` gives them.
 */
export type Newcomers = {
  /** One more connection. It is forgotten when its stream closes. */
  add(client: Client, key: string): void
  /** Its CONNECT is whole. */
  asks(client: Client): void
  /** It was let in. */
  letIn(client: Client): void
  /** It was refused for its credentials: `tell` says so, sooner or later, unless it has gone by then. */
  refuse(client: Client, tell: () => void): void
  /** How long whoever gave wrong credentials has to wait for the answer, ms; counts it. */
  failureDelayMs(key: string): number
  readonly size: number
  close(): void
}

type Options = { clock: Clock; onShed(reason: ShedReason): void }

export function openNewcomers({ clock, onShed }: Options): Newcomers {
  const known = new WeakMap<Client, Newcomer>()
  const groups = new Map<string, Group>()
  /** Of all addresses, the oldest first. */
  const unanswered = new Set<Newcomer>()
  const failures = openFailures(clock)
  let size = 0
  let cancelLook = clock.after(lookEveryMs, look)

  /** Cuts those whose CONNECT takes too long, also where it comes byte by byte. */
  function look(): void {
    const latest = clock.now() - limits.connectWithinMs
    for (const newcomer of unanswered) {
      if (newcomer.since > latest) break
      shed(newcomer, 'connect_too_slow')
    }
    cancelLook = clock.after(lookEveryMs, look)
  }

  function shed(newcomer: Newcomer, reason: ShedReason): void {
    onShed(reason)
    forget(newcomer)
    newcomer.client.conn.destroy()
  }

  function forget(newcomer: Newcomer): void {
    newcomer.cancel?.()
    unanswered.delete(newcomer)
    known.delete(newcomer.client)
    const group = groups.get(newcomer.key)
    if (!group?.[newcomer.stage].delete(newcomer)) return
    size--
    if (countOf(group) === 0) groups.delete(newcomer.key)
  }

  function makeRoom(group: Group): void {
    const [oldest] = firstToGo.flatMap((stage) => first(group[stage]))
    if (oldest) shed(oldest, 'newcomers_too_many')
  }

  function move(client: Client, stage: Stage): Newcomer | undefined {
    const newcomer = known.get(client)
    const group = newcomer && groups.get(newcomer.key)
    if (!newcomer || !group) return undefined
    group[newcomer.stage].delete(newcomer)
    newcomer.stage = stage
    group[stage].add(newcomer)
    return newcomer
  }

  return {
    get size() {
      return size
    },
    add(client, key) {
      const newcomer: Newcomer = { client, key, since: clock.now(), stage: 'silent' }
      const group = groups.get(key) ?? { silent: new Set(), asking: new Set(), refused: new Set() }
      groups.set(key, group)
      if (countOf(group) >= limits.newcomersPerAddress) makeRoom(group)
      else if (size >= limits.newcomers) makeRoom(fattest(groups))
      // Where it was the only one of its address, the address was forgotten with it.
      groups.set(key, group)
      group.silent.add(newcomer)
      unanswered.add(newcomer)
      known.set(client, newcomer)
      size++
      client.conn.once('close', () => forget(newcomer))
    },
    asks(client) {
      const newcomer = move(client, 'asking')
      if (newcomer) unanswered.delete(newcomer)
    },
    letIn(client) {
      const newcomer = known.get(client)
      if (newcomer) forget(newcomer)
    },
    refuse(client, tell) {
      const newcomer = move(client, 'refused')
      const ms = newcomer ? failures.delayMs(newcomer.key) : 0
      if (!newcomer || ms === 0) return tell()
      newcomer.cancel = clock.after(ms, tell)
    },
    failureDelayMs: failures.delayMs,
    close: () => cancelLook(),
  }
}

const lookEveryMs = 500

const countOf = (group: Group): number => group.silent.size + group.asking.size + group.refused.size

/** The first of a set, which may be large. */
function first<T>(set: ReadonlySet<T>): T[] {
  for (const one of set) return [one]
  return []
}

function fattest(groups: ReadonlyMap<string, Group>): Group {
  let [found] = groups.values()
  for (const group of groups.values()) if (countOf(group) > countOf(found!)) found = group
  return found!
}

/** Counts wrong credentials by address. `delayMs`: how late one more is to be answered. */
export type Failures = { delayMs(key: string): number }

export function openFailures(clock: Clock): Failures {
  const buckets = new Map<string, Bucket>()
  return {
    delayMs(key) {
      const now = clock.now()
      const bucket = buckets.get(key) ?? new Bucket(limits.failedConnects, now)
      buckets.delete(key)
      buckets.set(key, bucket)
      const [oldest] = buckets.keys()
      if (buckets.size > limits.metersKept && oldest !== undefined) buckets.delete(oldest)
      const ms = Math.min(bucket.debtMs(now), limits.failedConnectDelayMs)
      // No further into debt than the longest delay: it is paid as soon as the guessing ends.
      if (ms < limits.failedConnectDelayMs) bucket.take(1, now)
      return ms
    },
  }
}
