import { parseUserName } from '../domain/principals.ts'
import type { Speaker } from '../domain/sources.ts'
import { accessOfDevice } from './devices.ts'
import type { Db } from './store.ts'

/**
 * Whoever sent a message, by his user name (undefined: an administrator), as far as the naming of devices goes; `sources`
 * are the names that are going to be asked for.
 */
export async function speakerOf(db: Db, sender: string | undefined, sources: ReadonlySet<string>): Promise<Speaker> {
  const name = sender === undefined ? undefined : parseUserName(sender)
  if (!name || name.kind === 'administrator') return { device: undefined, isGateway: false, has: () => true }
  if (name.kind === 'integration') return { device: undefined, isGateway: false, has: () => false }
  const own = await ownOf(db, name.kind === 'vendor' ? 'vendor' : 'gateway', name.id, [...sources])
  const has = (id: string): boolean => own.has(id)
  if (name.kind === 'vendor') return { device: undefined, isGateway: false, has }
  const isGateway = own.size > 0 || ((await accessOfDevice(db, name.id))?.is_gateway ?? false)
  return { device: name.id, isGateway, has }
}

/** Which of these devices are of the vendor, or behind the gateway. */
async function ownOf(db: Db, column: 'vendor' | 'gateway', owner: string, ids: string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const rows = await db
      .selectFrom('devices')
      .select('id')
      .where(column, '=', owner)
      .where('id', 'in', ids.slice(from, from + idsAtOnce))
      .execute()
    for (const { id } of rows) found.add(id)
  }
  return found
}
/** Parameters of one query; SQLite takes 32,766. */
const idsAtOnce = 1_000
