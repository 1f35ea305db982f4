import { atLocal, localDay } from '../life/calendar.ts'
import type { Definition, Report, Senses, Woken } from './device.ts'

/** A thing that lies in a drawer until its user takes it: what it measures, and when people take it (local hours). */
export type Spot = {
  hours: readonly number[]
  /** Of a hundred times so many are forgotten. */
  forgottenOf100: number
  measure(senses: Senses): Report[]
  /** How long after this measurement the user wants another one beside the usual times, ms; Infinity: not. */
  again(senses: Senses): number
}

const HOUR = 3_600_000
/** People are so much earlier or later than they mean to be, ms. */
const PUNCTUAL = 40 * 60_000
/** Who could not measure then does it later, but not so late. */
const GIVES_UP = 3 * HOUR
/** Who is not quiet enough sits down first. */
const TRIES_AGAIN = 5 * 60_000
/** Nobody measures while busier than this (effort, 0 to 100). */
const QUIET = 20

/** `turnAt`: the usual time as this person keeps it; `dueAt`: when it is tried (epoch ms). */
type State = { turnAt: number; dueAt: number }

/** Awake means at home, too: who is away is `out`. */
const isReady = ({ scene, wearer }: Senses): boolean => {
  const figure = scene.figures.find(({ who }) => who === wearer)
  return figure !== undefined && figure.doing === 'awake' && figure.posture !== 'on_floor' && figure.effort <= QUIET
}

/** The next usual time that is not forgotten, strictly after now. */
function nextTurn({ hours, forgottenOf100 }: Spot, { at, random }: Senses): State {
  for (let day = localDay(at); ; day += 1) {
    for (const hour of hours) {
      const turn = atLocal(day, hour)
      const isKept = random() * 100 >= forgottenOf100
      const turnAt = turn + Math.round((2 * random() - 1) * PUNCTUAL)
      if (turn > at + PUNCTUAL && isKept) return { turnAt, dueAt: turnAt }
    }
  }
}

function used(spot: Spot, state: State, senses: Senses): Woken<State> {
  const { at } = senses
  if (isReady(senses)) {
    const again = at + spot.again(senses)
    const turn = nextTurn(spot, senses)
    const next = again < turn.dueAt ? { turnAt: again, dueAt: again } : turn
    return { state: next, reports: spot.measure(senses), wakeAt: next.dueAt }
  }
  const next = at - state.turnAt > GIVES_UP ? nextTurn(spot, senses) : { ...state, dueAt: at + TRIES_AGAIN }
  return { state: next, reports: [], wakeAt: next.dueAt }
}

/** The common part of what a person uses now and then, awake, at home and quiet. It is silent in between. */
export function spotDevice(spot: Spot): Pick<Definition<State>, 'begin' | 'wake' | 'worn' | 'button' | 'speaksEvery'> {
  return {
    worn: false,
    button: false,
    speaksEvery: Infinity,
    begin(senses) {
      const state = nextTurn(spot, senses)
      return { state, reports: [], wakeAt: state.dueAt }
    },
    wake: (state, senses) =>
      senses.at < state.dueAt ? { state, reports: [], wakeAt: state.dueAt } : used(spot, state, senses),
  }
}
