import { defineDevice, type Report, readings, rounded, type Senses, type Woken } from './device.ts'
import { isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const OCCUPIED = 30_000
const EMPTY = 10 * 60_000
/** It makes sure before it says that somebody lay down or got up: who turns over is not gone. */
const MAKES_SURE = { 1: 5_000, 0: 10_000 } as const
/** Heart and breath drown in movement (effort, 0 to 100). */
const STILL = 15

/** `sureAt`: when a change that it feels is told (epoch ms); Infinity where it feels none. */
type State = { rhythm: Rhythm; inBed: 0 | 1; sureAt: number }

const lying = ({ scene, wearer }: Senses) => scene.figures.find(({ who, inBed }) => who === wearer && inBed)

/** Heart and breath only while somebody lies still on it: an empty mat has no reading, not a reading of 0. */
function feels(senses: Senses, inBed: 0 | 1): Report {
  const figure = lying(senses)
  if (inBed === 0 || !figure) return readings({ in_bed: inBed })
  const body = senses.vitals(figure.who)
  const activity = rounded(body.activity)
  if (figure.effort > STILL) return readings({ in_bed: 1, activity })
  return readings({
    in_bed: 1,
    heart_rate: rounded(body.heartRate),
    respiration_rate: rounded(body.respirationRate),
    activity,
  })
}

function sureAt(state: State, senses: Senses, felt: 0 | 1): number {
  if (felt === state.inBed) return Infinity
  return state.sureAt === Infinity ? senses.at + MAKES_SURE[felt] : state.sureAt
}

const woken = (state: State, reports: Report[]): Woken<State> => ({
  state,
  reports,
  wakeAt: Math.min(state.rhythm.beatAt, state.sureAt),
})

/** A mat under the mattress of one person: in bed or not, heart and breath of who lies still. On the mains. */
export const bedMat = defineDevice<State>({
  model: 'Vigil Sim Bed Mat B3',
  category: 'home_monitor',
  firmware: '3.0.2',
  noun: 'bed mat',
  worn: false,
  button: false,
  batteryDays: Infinity,
  keeps: 1_000,
  speaksEvery: EMPTY,
  begin(senses) {
    const inBed = lying(senses) ? 1 : 0
    return woken({ rhythm: startRhythm(senses, inBed ? OCCUPIED : EMPTY), inBed, sureAt: Infinity }, [])
  },
  wake(state, senses) {
    const felt = lying(senses) ? 1 : 0
    const due = sureAt(state, senses, felt)
    const isSure = senses.at >= due
    const inBed = isSure ? felt : state.inBed
    const next = { inBed, sureAt: isSure ? Infinity : due }
    if (!isSure && !isBeat(state.rhythm, senses)) return woken({ ...next, rhythm: state.rhythm }, [])
    const rhythm = nextRhythm(state.rhythm, senses, inBed ? OCCUPIED : EMPTY)
    return woken({ ...next, rhythm }, [feels(senses, inBed)])
  },
})
