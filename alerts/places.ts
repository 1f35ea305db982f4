import type { Doubt } from '../domain/signals.ts'
import type { Tx } from '../store/store.ts'

/** Where a device belongs. `episode` is the key of its episodes: `home:{id}`, or `device:{id}` where there is no home. */
export type Place = {
  home: string | null
  area: string | null
  areaPath: string | null
  episode: string
  /** Why nobody knows where to send help, if so. */
  doubts: Doubt[]
}

/** Looks a device up in the registry. An unknown or homeless device has a place too: itself. */
export async function placeOf(tx: Tx, device: string): Promise<Place> {
  const row = await tx
    .selectFrom('devices')
    .leftJoin('homes', 'homes.id', 'devices.home')
    .leftJoin('areas', 'areas.id', 'homes.area')
    .select(['devices.home', 'homes.area', 'areas.path'])
    .where('devices.id', '=', device)
    .executeTakeFirst()
  if (!row?.home) {
    const doubt = row ? 'no_home' : 'device_unknown'
    return { home: null, area: null, areaPath: null, episode: `device:${device}`, doubts: [doubt] }
  }
  return { home: row.home, area: row.area, areaPath: row.path, episode: `home:${row.home}`, doubts: [] }
}
