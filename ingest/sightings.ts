import type { Sighting } from '../store/device_states.ts'

/** How exact `last_seen_at` is. A row for every message would make the store the bottleneck, and tickets wait for it. */
const seenEveryMs = 60_000
/** Devices remembered; beyond it the memory starts anew, which costs some extra writes. */
const devicesMost = 200_000

export type SightingFilter = {
  /** Those worth writing: all that say something new, and of the others one a device and minute. */
  due(sightings: Sighting[]): Sighting[]
  /** Tells that these are committed. */
  noted(sightings: Sighting[]): void
}

export function sightingFilter(): SightingFilter {
  const written = new Map<string, number>()
  return {
    due(sightings) {
      const inThis = new Map<string, number>()
      return sightings.filter(({ device, lastSeenAt, online, firmware }) => {
        const before = Math.max(written.get(device) ?? -Infinity, inThis.get(device) ?? -Infinity)
        const isDue = online !== undefined || firmware !== undefined || lastSeenAt - before >= seenEveryMs
        if (isDue) inThis.set(device, Math.max(before, lastSeenAt))
        return isDue
      })
    },
    noted(sightings) {
      if (written.size > devicesMost) written.clear()
      for (const { device, lastSeenAt } of sightings)
        written.set(device, Math.max(lastSeenAt, written.get(device) ?? lastSeenAt))
    },
  }
}
