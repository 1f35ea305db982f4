import { inRoom } from '../life/scene.ts'
import { defineDevice, readings, type Senses, type Woken } from './device.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const HEARTBEAT = 3_600_000
/** Motion counts as over when none was seen for this long. */
const HOLD = 60_000
/** The element is blind for this long after it saw something. */
const BLIND = 5_000

/**
 * `until`: motion is held until then (epoch ms), 0 where there is none. `stir`: how often the people in the room stir so
 * that it is seen, times a minute; `seesAt`: when it is seen next.
 */
type State = { rhythm: Rhythm; until: number; stir: number; seesAt: number }

/** Somebody before the television (effort 4) is seen every 5 minutes, at the stove (25) three times a minute. */
const stirOf = ({ scene, plan }: Senses): number =>
  inRoom(scene, plan.room).reduce((total, { effort }) => total + (effort / 12) ** 1.5, 0)

/** When people who stir so often are seen next: it may be any moment, however long ago the last time was. */
const nextSight = (stir: number, { at, random }: Senses): number =>
  stir > 0 ? at + BLIND + Math.round((-Math.log(1 - random()) * 60_000) / stir) : Infinity

/** Whoever comes in, gets up or goes down in the room is seen; who turns over in the sleep may not be. */
const isSeen = ({ change, plan }: Senses): boolean =>
  change?.what === 'moves' && change.figure.room === plan.room && change.figure.doing !== 'asleep'

function look(state: State, senses: Senses): Pick<State, 'until' | 'stir' | 'seesAt'> {
  const stir = stirOf(senses)
  const sees = isSeen(senses) || senses.at >= state.seesAt
  const until = sees ? senses.at + HOLD : state.until > senses.at ? state.until : 0
  return { until, stir, seesAt: sees || stir !== state.stir ? nextSight(stir, senses) : state.seesAt }
}

const woken = (state: State, reports: Woken<State>['reports']): Woken<State> => ({
  state,
  reports,
  wakeAt: Math.min(state.rhythm.beatAt, state.seesAt, state.until || Infinity),
})

/** A passive infrared sensor in one room: says when motion begins and when it is over; warmth that keeps still is nobody. */
export const pir = defineDevice<State>({
  model: 'Vigil Sim PIR M1',
  category: 'home_monitor',
  firmware: '1.2.0',
  noun: 'motion sensor',
  worn: false,
  button: false,
  batteryDays: 700,
  keeps: 100,
  speaksEvery: HEARTBEAT,
  begin(senses) {
    const stir = stirOf(senses)
    return woken({ rhythm: startRhythm(senses, HEARTBEAT), until: 0, stir, seesAt: nextSight(stir, senses) }, [])
  },
  wake(state, senses) {
    const seen = look(state, senses)
    const isChanged = seen.until > 0 !== state.until > 0
    if (!isChanged && !isBeat(state.rhythm, senses)) return woken({ ...state, ...seen }, [])
    const rhythm = nextRhythm(state.rhythm, senses, HEARTBEAT)
    return woken({ ...seen, rhythm }, [readings({ motion: seen.until > 0 ? 1 : 0, ...battery(senses) })])
  },
})
