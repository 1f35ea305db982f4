import { parsePrincipalKey, principalKey } from '../domain/principals.ts'
import type { Db } from './store.ts'

const tables = { device: 'devices', vendor: 'vendors', integration: 'integrations' } as const
const idsPerQuery = 1_000

/** When those of these principals that are registered were (epoch ms), by their keys; the administrator never was. */
export async function registeredAt(db: Db, keys: readonly string[]): Promise<Map<string, number>> {
  const names = keys.map(parsePrincipalKey).filter((name) => name !== undefined)
  const found = new Map<string, number>()
  for (const kind of ['device', 'vendor', 'integration'] as const) {
    const ids = names.flatMap((name) => (name.kind === kind ? [name.id] : []))
    for (let i = 0; i < ids.length; i += idsPerQuery) {
      const some = ids.slice(i, i + idsPerQuery)
      const rows = await db.selectFrom(tables[kind]).select(['id', 'created_at']).where('id', 'in', some).execute()
      for (const { id, created_at } of rows) found.set(principalKey({ kind, id }), created_at)
    }
  }
  return found
}
