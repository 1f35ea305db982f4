import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { parsePrincipalKey } from '../../domain/principals.ts'
import { type Change, changesAfter, lastChange } from '../../store/changes.ts'
import { accessOfDevice } from '../../store/devices.ts'
import { registeredAt } from '../../store/principals.ts'
import type { Db } from '../../store/store.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Access } from './access.ts'
import type { Identity } from './identity.ts'

/** How often changes are looked for: what is revoked is cut within this, and a command waits no longer. */
const lookEveryMs = 50
const mostAtOnce = 500
const retryEveryMs = 1_000
/** Changes are kept for an hour (`limits.changeKeepMs`); whoever could not read them for this long looks at everything. */
const missedMs = 10 * 60_000

type Options = {
  db: Db
  identity: Identity
  access: Access
  sessions: Pick<Sessions, 'owners' | 'forgetBefore'>
  /** A command waits for a principal, or it may be somebody else's to take it. */
  offer(key: string): void
  /** Something about a vendor changed: its authorities, its quota. */
  vendorChanged(id: string): Promise<void>
  clock: Clock
  log: Logger
}

export type Changes = {
  /** Follows the changes until `signal` aborts. While the store is away, connections stay as they are. */
  follow(signal: AbortSignal): Promise<void>
}

/**
 * Follows what changes in the registry from now on, so that it counts for the connections of this process too. To be
 * opened before the first connection comes: what is kept of those who went while nobody followed is forgotten then. Each process follows by itself, so every one hears of everything.
 */
export async function openChanges(options: Options): Promise<Changes> {
  const { db, identity, access, sessions, clock, log } = options
  let position = await lastChange(db)
  let readAt = clock.now()
  await forgetGone(sessions.owners())

  async function look(): Promise<boolean> {
    if (clock.now() - readAt > missedMs) await lookAtAll()
    const changes = await changesAfter(db, position, mostAtOnce)
    await apply(changes)
    // Moved only now: whatever failed on the way is done again, which does no harm.
    position = changes.at(-1)?.seq ?? position
    readAt = clock.now()
    return changes.length === mostAtOnce
  }

  async function lookAtAll(): Promise<void> {
    const newest = await lastChange(db)
    log.warn('changes were not read for long, every connection is looked at')
    identity.changedAll()
    for (const connection of [...identity.connections.all()]) await access.look(connection)
    await forgetGone(sessions.owners())
    position = newest
  }

  async function apply(changes: Change[]): Promise<void> {
    const subjects = (kind: Change['kind']) =>
      new Set(changes.filter((one) => one.kind === kind).map(({ subject }) => subject))
    // First, because it asks nobody and somebody waits for it.
    for (const key of subjects('command')) options.offer(key)
    const accessChanged = subjects('access')
    for (const key of accessChanged) identity.changed(key)
    for (const key of accessChanged) await applyAccess(key)
    // Only now, when none of them is connected any more who would leave something anew.
    await forgetGone(accessChanged)
  }

  /** What is kept of accounts that are gone is nobody's: another one may come by the same id. */
  async function forgetGone(keys: Iterable<string>): Promise<void> {
    const accounts = [...keys].filter((key) => parsePrincipalKey(key)?.kind !== 'administrator')
    const registered = await registeredAt(db, accounts)
    await Promise.all(accounts.map((key) => sessions.forgetBefore(key, registered.get(key))))
  }

  async function applyAccess(key: string): Promise<void> {
    const name = parsePrincipalKey(key)
    if (name?.kind === 'device') await applyDevice(name.id)
    if (name?.kind === 'vendor') await options.vendorChanged(name.id)
    for (const connection of identity.connections.byKey(key)) await access.look(connection)
    if (name?.kind === 'vendor') await access.lookAtCertificates(name.id)
    options.offer(key)
  }

  /** Whoever may speak for it from now on may have had no children before. */
  async function applyDevice(id: string): Promise<void> {
    const device = await accessOfDevice(db, id)
    identity.families.changed(id, device)
    const gateway = device?.gateway && `device:${device.gateway}`
    for (const connection of gateway ? identity.connections.byKey(gateway) : [])
      if (!('children' in connection.principal)) await access.look(connection)
  }

  return {
    async follow(signal) {
      while (!signal.aborted) {
        let pauseMs = lookEveryMs
        try {
          if (await look()) pauseMs = 0
        } catch (err) {
          pauseMs = retryEveryMs
          if (!signal.aborted) log.error({ err }, 'changes not read, connections stay as they are')
        }
        if (pauseMs > 0) await clock.sleep(pauseMs, signal)
      }
    },
  }
}
