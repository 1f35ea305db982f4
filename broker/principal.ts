import { createHash, timingSafeEqual } from 'node:crypto'
import { idPattern, partitionOf } from '../domain/ids.ts'
import { deviceByToken } from '../store/devices.ts'
import type { Db } from '../store/store.ts'

/** Who speaks on a connection. An administrator may speak for any device: bridges, tools and tests do. */
export type Principal = { kind: 'device'; id: string; partition: number } | { kind: 'administrator' }

/** The MQTT user name of the administrator; its password is the administrator's token. */
export const administratorName = 'admin'

/**
 * Tells who a name and a token belong to; undefined where nobody. A device's name is its id. Its partition is that of
 * its home, or its own where it belongs to none.
 */
export async function authenticate(
  db: Db,
  adminToken: string | undefined,
  name: string | undefined,
  token: string | undefined,
): Promise<Principal | undefined> {
  if (name === undefined || token === undefined) return undefined
  if (name === administratorName && adminToken && equalSecrets(token, adminToken)) return { kind: 'administrator' }
  if (!idPattern.test(name)) return undefined
  const device = await deviceByToken(db, name, token)
  return device && { kind: 'device', id: device.id, partition: partitionOf(device.home ?? device.id) }
}

/** Compares in constant time, whatever the lengths. */
function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
