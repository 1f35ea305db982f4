import { around, between, chance, countOf, gap, pick, wholeBetween } from './draw.ts'
import { busies, sitsIn, standsUp, stirs, uses, walksTo } from './moves.ts'
import type { Track } from './track.ts'

/** What somebody does in a day, each from getting there to having finished. Times in seconds unless a name says more. */

const MINUTE_S = 60

/** Draws so many litres a minute for so many seconds. */
function draws(track: Track, flow: number, seconds: number): void {
  track.water(flow)
  track.pass(seconds)
  track.water(0)
}

/** Hands, face or dishes: the tap. */
const tap = (track: Track, seconds: number): void => draws(track, around(track.random, 5, 0.7), seconds)

/** Flushes, and washes the hands while the cistern fills. */
function flushes(track: Track, washesHands: boolean): void {
  const { random } = track
  const cistern = around(random, 7, 0.5)
  const full = track.in(between(random, 40, 60))
  track.water(cistern)
  track.pass(between(random, 5, 18))
  if (washesHands) {
    track.water(cistern + around(random, 5, 0.7))
    track.pass(between(random, 6, 20))
    track.water(cistern)
  }
  track.pass((full - track.at()) / 1_000)
  track.water(0)
}

export function usesToilet(track: Track, isNight = false): void {
  const { random } = track
  walksTo(track, 'bathroom')
  track.pass(between(random, 3, 10))
  track.becomes({ posture: 'sitting', effort: 5 })
  track.pass(chance(random, 0.25) && !isNight ? between(random, 180, 600) : between(random, 50, 170))
  track.becomes({ posture: 'standing', effort: 18 })
  const washesHands = chance(random, isNight ? 0.75 : 0.93)
  if (chance(random, isNight ? 0.85 : 0.97)) flushes(track, washesHands)
  else if (washesHands) tap(track, between(random, 6, 20))
  track.pass(between(random, 5, 25))
}

/** Face and teeth, in the morning and in the evening. */
export function washes(track: Track): void {
  walksTo(track, 'bathroom')
  for (let rounds = wholeBetween(track.random, 2, 4); rounds > 0; rounds -= 1) {
    busies(track, between(track.random, 20, 90), 20)
    tap(track, between(track.random, 8, 35))
  }
}

export function showers(track: Track): void {
  const { random } = track
  walksTo(track, 'bathroom')
  busies(track, between(random, 60, 180), 22)
  for (let rounds = wholeBetween(random, 2, 3); rounds > 0; rounds -= 1) {
    track.becomes({ effort: around(random, 26, 3) })
    draws(track, around(random, 8, 1), between(random, 70, 200))
    track.pass(between(random, 10, 40))
  }
  busies(track, between(random, 120, 420), 22)
}

export function dresses(track: Track): void {
  walksTo(track, 'bedroom')
  busies(track, between(track.random, 180, 600), 24)
}

/** Airs the bedroom. */
export function airs(track: Track): void {
  walksTo(track, 'bedroom')
  track.opens('window')
  busies(track, between(track.random, 240, 900), 24)
  track.closes('window')
}

function fetches(track: Track, mean: number): void {
  const { random, person } = track
  for (let ways = 1 + countOf(random, mean - 1); ways > 0; ways -= 1) {
    uses(track, chance(random, person.habits.fridgeShare) ? 'fridge' : 'cupboard')
    if (chance(random, 0.55)) busies(track, gap(random, 40, 4), 22)
  }
}

/** Stands at the stove from when it is lit until it is off. */
function cooks(track: Track, minutes: number): void {
  const { random } = track
  tap(track, between(random, 8, 25))
  track.stove(true)
  const off = track.in(minutes * MINUTE_S)
  while (track.at() < off) {
    busies(track, Math.min(between(random, 60, 240), (off - track.at()) / 1_000), 22, 60)
    if (chance(random, track.person.habits.fetches * 0.08)) fetches(track, 1)
  }
  track.stove(false)
}

/** Washes up: the tap in several goes. */
function washesUp(track: Track): void {
  walksTo(track, 'kitchen')
  for (let rounds = wholeBetween(track.random, 2, 5); rounds > 0; rounds -= 1) {
    tap(track, between(track.random, 15, 60))
    busies(track, between(track.random, 15, 60), 20)
  }
  if (chance(track.random, 0.6)) uses(track, 'cupboard')
}

/** Prepares, eats at the kitchen table, washes up. */
export function eats(track: Track, isCooked: boolean, minutes: number): void {
  const { random } = track
  walksTo(track, 'kitchen')
  fetches(track, track.person.habits.fetches)
  if (isCooked) cooks(track, minutes)
  else busies(track, between(random, 120, 420), 20)
  track.becomes({ posture: 'sitting', effort: 8 })
  stirs(track, track.in(between(random, 10, 25) * MINUTE_S), 7, 13, 90)
  standsUp(track)
  if (chance(random, 0.6)) uses(track, 'fridge')
  if (chance(random, 0.85)) washesUp(track)
}

/** A drink or a bite, taken along. */
export function snacks(track: Track): void {
  walksTo(track, 'kitchen')
  fetches(track, 1.3)
  if (chance(track.random, 0.6)) tap(track, between(track.random, 4, 15))
  busies(track, between(track.random, 20, 180), 18)
}

/** Housework through the rooms for about so many minutes. */
export function doesChores(track: Track, minutes: number): void {
  const { random } = track
  const until = track.in(minutes * MINUTE_S)
  while (track.at() < until) {
    walksTo(
      track,
      pick(random, [
        [3, 'living_room'],
        [3, 'bedroom'],
        [2, 'kitchen'],
        [1, 'hall'],
        [1, 'bathroom'],
      ]),
    )
    busies(track, between(random, 2, 9) * MINUTE_S, 32)
    if (track.figure().room === 'kitchen' && chance(random, 0.5)) uses(track, 'cupboard')
  }
}

/** Sits before the television, with a book or on the telephone, until then (epoch ms). */
export function sits(track: Track, until: number): void {
  if (track.figure().room !== 'living_room' || track.figure().posture !== 'sitting') sitsIn(track, 'living_room')
  stirs(track, until, 3, 14, 300)
}

/** A nap, in bed or in the chair, until then (epoch ms). */
export function naps(track: Track, until: number): void {
  const { random } = track
  if (track.person.habits.napsInBed) liesDown(track)
  else sitsIn(track, 'living_room')
  track.pass(between(random, 3, 15) * MINUTE_S)
  track.becomes({ doing: 'asleep', effort: 1 })
  stirs(track, until, 1, 8, 900)
  track.becomes({ doing: 'awake', effort: 6 })
  track.pass(between(random, 30, 300))
  standsUp(track)
}

/** To bed, awake. */
export function liesDown(track: Track): void {
  walksTo(track, 'bedroom')
  track.pass(between(track.random, 10, 60))
  track.becomes({ posture: 'sitting', effort: 14, inBed: true })
  track.pass(between(track.random, 15, 90))
  track.becomes({ posture: 'lying', effort: 4 })
}

/** In bed, now awake, now asleep, until then (epoch ms). */
export function dozesInBed(track: Track, until: number): void {
  const { random } = track
  if (!track.figure().inBed) liesDown(track)
  while (track.at() < until) {
    stirs(track, Math.min(until, track.in(between(random, 10, 60) * MINUTE_S)), 3, 10, 400)
    const dozes = track.in(between(random, 20, 80) * MINUTE_S)
    if (dozes > until - 60_000) continue
    track.becomes({ doing: 'asleep', effort: 1 })
    stirs(track, dozes, 1, 8, 900)
    track.becomes({ doing: 'awake', effort: 4 })
  }
}

/** Out through the front door for so many minutes, and in again. */
export function goesOut(track: Track, minutes: number): void {
  const { random } = track
  walksTo(track, 'hall')
  busies(track, between(random, 40, 180), 24)
  throughFrontDoor(track, true)
  const home = track.in(minutes * MINUTE_S)
  while (track.at() < home) {
    const isWalking = chance(random, 0.55)
    track.becomes({ posture: isWalking ? 'standing' : 'sitting', effort: isWalking ? around(random, 46, 5) : 10 })
    track.pass(Math.min(between(random, 4, 15) * MINUTE_S, (home - track.at()) / 1_000))
  }
  throughFrontDoor(track, false)
  busies(track, between(random, 30, 120), 24)
}

function throughFrontDoor(track: Track, out: boolean): void {
  const { random } = track
  track.opens('front_door')
  track.pass(between(random, 1, 3))
  track.becomes({ room: out ? 'outside' : 'hall', doing: out ? 'out' : 'awake', posture: 'standing', effort: 36 })
  track.pass(gap(random, 3, 1))
  track.closes('front_door')
}
