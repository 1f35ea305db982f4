import type { Sighting } from '../store/device_states.ts'

/** How exact `last_seen_at` is. A row for every message would make the store the bottleneck, and tickets wait for it. */
const seenEveryMs = 60_000
/** Devices remembered; beyond it the memory starts anew, which costs some extra writes. */
const devicesMost = 200_000

export type SightingFilter = {
  /** Those worth writing: all that say something new (of the battery: another whole percent), of the others one a device and minute. */
  due(sightings: Sighting[]): Sighting[]
  /** Tells that these are committed. */
  noted(sightings: Sighting[]): void
}

/** What is written of a device: until when it was seen, and the whole percent of its battery. */
type Written = { seenAt: number; percent: number | undefined }

export function sightingFilter(): SightingFilter {
  const written = new Map<string, Written>()
  return {
    due(sightings) {
      const inThis = new Map<string, Written>()
      return sightings.filter((sighting) => {
        const before = inThis.get(sighting.device) ?? written.get(sighting.device)
        const isDue = saysMore(sighting, before)
        if (isDue) inThis.set(sighting.device, after(sighting, before))
        return isDue
      })
    },
    noted(sightings) {
      if (written.size > devicesMost) written.clear()
      for (const sighting of sightings) written.set(sighting.device, after(sighting, written.get(sighting.device)))
    },
  }
}

const percentOf = ({ battery }: Sighting): number | undefined => battery && Math.round(battery.percent)

function saysMore(sighting: Sighting, before: Written | undefined): boolean {
  if (before === undefined || sighting.online !== undefined || sighting.firmware !== undefined) return true
  const percent = percentOf(sighting)
  return (percent !== undefined && percent !== before.percent) || sighting.lastSeenAt - before.seenAt >= seenEveryMs
}

const after = (sighting: Sighting, before: Written | undefined): Written => ({
  seenAt: Math.max(sighting.lastSeenAt, before?.seenAt ?? sighting.lastSeenAt),
  percent: percentOf(sighting) ?? before?.percent,
})
