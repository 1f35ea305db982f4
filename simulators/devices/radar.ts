import { seededRandom, seedOf } from '../../domain/random.ts'
import { inRoom } from '../life/scene.ts'
import { defineDevice, type Report, readings, rounded, type Senses, type Woken } from './device.ts'
import { isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

/** Radars talk every few seconds while they see somebody, and seldom about an empty room. */
const SEEN = 5_000
const EMPTY = 60_000
/** Breath is visible only in somebody who hardly moves (effort, 0 to 100). */
const STILL = 8

/**
 * What goes down in the room: of a hundred so many are noticed; how sure the radar is; how long it watches somebody lie
 * before it speaks, ms. A slow slide looks much like sitting down on the floor.
 */
const noticed = {
  fall: { of100: 97, confidence: [0.82, 0.97], lies: [3_500, 6_000] },
  slide: { of100: 70, confidence: [0.5, 0.72], lies: [20_000, 40_000] },
  sits_hard: { of100: 2, confidence: [0.3, 0.45], lies: [3_500, 6_000] },
} as const
type Noticed = keyof typeof noticed

type Down = { what: Noticed; who: string; at: number; sureAt: number; confidence: number }
type State = { rhythm: Rhythm; count: number; downs: readonly Down[]; seed: number }

const between = ([least, most]: readonly [number, number], share: number): number => least + (most - least) * share

/** Somebody who went down in this room, unless the radar missed it. */
function goneDown({ change, plan, at }: Senses, seed: number): Down | undefined {
  if (change?.what !== 'impact' || change.impact === 'claps' || change.room !== plan.room) return undefined
  const chance = seededRandom(seedOf(seed, at, change.who))
  const { of100, confidence, lies } = noticed[change.impact]
  if (chance() * 100 >= of100) return undefined
  const sureAt = at + Math.round(between(lies, chance()))
  return { what: change.impact, who: change.who, at, sureAt, confidence: rounded(between(confidence, chance()), 2) }
}

/** Whether somebody who went down is still down. A hard seat that was taken for a fall is judged by its stillness. */
function isDown({ what, who }: Down, { scene, plan }: Senses): boolean {
  const figure = inRoom(scene, plan.room).find((one) => one.who === who)
  return figure !== undefined && (what === 'sits_hard' ? figure.effort < STILL : figure.posture === 'on_floor')
}

function sees(senses: Senses): Report {
  const people = inRoom(senses.scene, senses.plan.room)
  const [one] = people
  const breath =
    people.length === 1 && one && one.effort < STILL
      ? { respiration_rate: rounded(senses.vitals(one.who).respirationRate) }
      : {}
  return readings({ presence: people.length > 0 ? 1 : 0, person_count: people.length, ...breath })
}

function woken(state: State, reports: Report[]): Woken<State> {
  return { state, reports, wakeAt: Math.min(state.rhythm.beatAt, ...state.downs.map(({ sureAt }) => sureAt)) }
}

/** What it says of those whom it has watched for long enough and who are still down. */
function verdicts(downs: readonly Down[], senses: Senses): Report[] {
  return downs
    .filter((down) => senses.at >= down.sureAt && isDown(down, senses))
    .map(({ confidence, at }) => ({ kind: 'signals', signal: 'fall', confidence, ago: senses.at - at }))
}

/**
 * A fall radar on the wall of one room: how many are in it, the breath of one who is still, and who went down and stays
 * down. It sees no other room, and it misses some of those who slide slowly.
 */
export const radar = defineDevice<State>({
  model: 'Vigil Sim Radar R60',
  category: 'home_monitor',
  firmware: '0.9.3',
  noun: 'radar',
  worn: false,
  button: false,
  batteryDays: Infinity,
  keeps: 500,
  speaksEvery: EMPTY,
  begin(senses) {
    const seed = Math.floor(senses.random() * 2 ** 32)
    const count = inRoom(senses.scene, senses.plan.room).length
    return woken({ rhythm: startRhythm(senses, EMPTY), count, downs: [], seed }, [])
  },
  wake(state, senses) {
    const down = goneDown(senses, state.seed)
    const watched = down ? [...state.downs, down] : state.downs
    const reports = verdicts(watched, senses)
    const count = inRoom(senses.scene, senses.plan.room).length
    const speaks = count !== state.count || isBeat(state.rhythm, senses)
    if (speaks) reports.push(sees(senses))
    const rhythm = speaks ? nextRhythm(state.rhythm, senses, count > 0 ? SEEN : EMPTY) : state.rhythm
    return woken({ ...state, count, rhythm, downs: watched.filter(({ sureAt }) => senses.at < sureAt) }, reports)
  },
})
