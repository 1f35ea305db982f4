import { liesDown, snacks, usesToilet } from './acts.ts'
import { between, chance, countOf, gap } from './draw.ts'
import { stirs } from './moves.ts'
import type { Track } from './track.ts'

const MINUTE = 60_000
/** A visit to the toilet at night with what comes before and after is over in this time. */
const VISIT = 35 * MINUTE

/** Falls asleep where the person lies, at the latest at `by`. */
function fallsAsleep(track: Track, minutes: number, by: number): void {
  stirs(track, Math.max(track.at(), Math.min(track.at() + minutes * MINUTE, by - MINUTE)), 3, 9, 200)
  track.becomes({ doing: 'asleep', effort: 1 })
}

/** Asleep in bed until then, turning over now and then. */
const sleeps = (track: Track, until: number): void => stirs(track, until, 1, 11, 1_100)

/** Out of bed at night, and back. */
function getsUp(track: Track, by: number): void {
  const { random } = track
  track.becomes({ doing: 'awake', effort: 6 })
  track.pass(between(random, 10, 120))
  usesToilet(track, true)
  if (chance(random, 0.1)) snacks(track)
  liesDown(track)
  fallsAsleep(track, between(random, 2, 14), by)
}

/** Awake in bed for a while. */
function liesAwake(track: Track, until: number): void {
  track.becomes({ doing: 'awake', effort: 4 })
  fallsAsleep(track, between(track.random, 10, 60), until)
}

/** Asleep from now until then (epoch ms), with visits to the toilet: `visits` an hour are expected. */
export function sleepsUntil(track: Track, until: number, visits: number): void {
  const { random } = track
  const { restless } = track.person.habits
  const span = until - VISIT - track.at()
  const times = Array.from(
    { length: countOf(random, (Math.max(0, span) / 3_600_000) * visits) },
    () => track.at() + random() * span,
  ).sort((a, b) => a - b)
  for (const time of times) {
    // A second visit soon after the first would be one visit.
    if (time < track.at() + 20 * MINUTE) continue
    sleeps(track, time)
    getsUp(track, until)
  }
  const wakesAt = track.at() + gap(random, 120, 30) * MINUTE
  if (chance(random, restless) && wakesAt < until) {
    sleeps(track, wakesAt)
    liesAwake(track, until)
  }
  sleeps(track, until)
}
