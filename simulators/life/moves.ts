import { around, between, gap } from './draw.ts'
import type { Opening, Room } from './scene.ts'
import type { Track } from './track.ts'

/** How a body gets about and keeps busy: what the acts are made of. Times in seconds. */

const WALKING = 36

/** From a bathroom, the door; else only out of the room. */
function leavesFor(track: Track, next: Room): void {
  const { room } = track.figure()
  const { shutsDoor } = track.person.habits
  if (room === 'bathroom' && shutsDoor) track.opens('bathroom_door')
  track.becomes({ room: next, posture: 'standing', doing: 'awake', effort: WALKING, inBed: false })
  if (room !== 'bathroom') return
  track.pass(between(track.random, 1, 3))
  track.closes('bathroom_door')
}

/** Gets up if need be and walks to a room, through the hall. Outside is another matter: `goesOut`. */
export function walksTo(track: Track, room: Room): void {
  const { random } = track
  if (track.figure().room === room) return
  if (track.figure().posture !== 'standing') standsUp(track)
  leavesFor(track, 'hall')
  track.pass(between(random, 3, 9) / track.person.habits.vigour)
  if (room === 'hall') return
  if (room === 'bathroom') track.opens('bathroom_door')
  track.pass(room === 'bathroom' ? between(random, 1, 2) : 0)
  track.becomes({ room, effort: WALKING })
  if (room !== 'bathroom' || !track.person.habits.shutsDoor) return
  track.pass(between(random, 1, 3))
  track.closes('bathroom_door')
}

/** Out of chair or bed, for the latter over the edge. */
export function standsUp(track: Track): void {
  const { random } = track
  if (track.figure().posture === 'lying') {
    track.becomes({ posture: 'sitting', doing: 'awake', effort: 16 })
    track.pass(between(random, 8, 40))
  }
  track.becomes({ posture: 'standing', doing: 'awake', effort: 22, inBed: false })
  track.pass(between(random, 2, 6))
}

/** Sits down to rest in a room. */
export function sitsIn(track: Track, room: Room): void {
  walksTo(track, room)
  track.pass(between(track.random, 2, 8))
  track.becomes({ posture: 'sitting', doing: 'awake', effort: 4, inBed: false })
}

/** Stays as calm as that until then (epoch ms) and stirs now and then, `every` seconds on average. */
export function stirs(track: Track, until: number, calm: number, stir: number, every: number): void {
  const { random } = track
  for (;;) {
    const still = gap(random, every, every / 6)
    const stirring = between(random, 3, 14)
    if (track.in(still + stirring) >= until) break
    track.pass(still)
    track.becomes({ effort: Math.max(calm + 1, around(random, stir, stir / 4)) })
    track.pass(stirring)
    track.becomes({ effort: calm })
  }
  track.pass((until - track.at()) / 1_000)
}

/** On one's feet in the room for so many seconds, now more, now less at it. */
export function busies(track: Track, seconds: number, effort: number, every = 45): void {
  const { random } = track
  const until = track.in(seconds)
  while (track.at() < until) {
    track.becomes({ posture: 'standing', effort: Math.max(8, around(random, effort, effort / 4)) })
    track.pass(Math.min(gap(random, every, 8), (until - track.at()) / 1_000))
  }
}

/** Opens something, takes or puts something, closes it. */
export function uses(track: Track, opening: Opening): void {
  track.opens(opening)
  track.pass(gap(track.random, 7, 1.5))
  track.closes(opening)
  track.pass(gap(track.random, 4, 1))
}
