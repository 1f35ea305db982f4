import type { Doubt } from '../domain/signals.ts'
import { placeOfDevice } from '../store/devices.ts'
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
  const place = await placeOfDevice(tx, device)
  if (!place?.home) {
    const doubt = place ? 'no_home' : 'device_unknown'
    return { home: null, area: null, areaPath: null, episode: `device:${device}`, doubts: [doubt] }
  }
  const { home, area, area_path } = place
  return { home, area, areaPath: area_path, episode: `home:${home}`, doubts: [] }
}
