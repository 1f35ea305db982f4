import { createHash, timingSafeEqual } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { idPattern, partitionOf } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { deviceByToken } from '../store/devices.ts'
import type { Db } from '../store/store.ts'

/** Who speaks on a connection. An administrator may speak for any device: bridges, tools and tests do. */
export type Principal = { kind: 'device'; id: string; partition: number } | { kind: 'administrator' }

/** How a principal is named in the ids of its sessions; without a slash. */
export const keyOf = (principal: Principal): string =>
  principal.kind === 'administrator' ? 'administrator' : `${principal.kind}:${principal.id}`

/** The MQTT user name of the administrator; its password is the administrator's token. */
export const administratorName = 'admin'

/**
 * Tells who a name and a token belong to; undefined where nobody. A device's name is its id. Its partition is that of
 * its home, or its own where it belongs to none. Rejects where the registry cannot be read and the device is not
 * remembered either.
 */
export type Authenticate = (name: string | undefined, token: string | undefined) => Promise<Principal | undefined>

type Options = { db: Db; clock: Clock; adminToken: string | undefined; log: Logger }

/**
 * Asks the registry, and remembers whom it knew: while the database is away, a device that lost its line must still
 * get in with its SOS. A token that was changed or revoked is forgotten at the next look; only one that is changed just
 * before the database goes away is taken for as long as that lasts.
 */
export function openAuthentication({ db, clock, adminToken, log }: Options): Authenticate {
  const remembered = new Map<string, { digest: Buffer; principal: Principal }>()

  function remember(id: string, token: string, principal: Principal): void {
    remembered.delete(id)
    remembered.set(id, { digest: digestOf(token), principal })
    const [oldest] = remembered.keys()
    if (remembered.size > limits.rememberedDevices && oldest !== undefined) remembered.delete(oldest)
  }

  function recall(id: string, token: string, err: unknown): Principal | undefined {
    const known = remembered.get(id)
    if (!known) throw err
    log.warn({ err, device: id }, 'registry not readable, device told by memory')
    return timingSafeEqual(known.digest, digestOf(token)) ? known.principal : undefined
  }

  async function authenticateDevice(id: string, token: string): Promise<Principal | undefined> {
    let device: Awaited<ReturnType<typeof deviceByToken>>
    try {
      device = await deviceByToken(db, id, token, clock.now())
    } catch (err) {
      return recall(id, token, err)
    }
    if (!device) {
      // Whoever guesses must not make the house forget the device; its own token of before must not stay known.
      const known = remembered.get(id)
      if (known && timingSafeEqual(known.digest, digestOf(token))) remembered.delete(id)
      return undefined
    }
    const principal: Principal = { kind: 'device', id, partition: partitionOf(device.home ?? id) }
    remember(id, token, principal)
    return principal
  }

  return async (name, token) => {
    if (name === undefined || token === undefined) return undefined
    if (name === administratorName && adminToken && timingSafeEqual(digestOf(token), digestOf(adminToken))) {
      return { kind: 'administrator' }
    }
    return idPattern.test(name) ? authenticateDevice(name, token) : undefined
  }
}

/** Of equal length whatever the token, so that comparing takes the same time for all. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
