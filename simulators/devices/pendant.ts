import { examine, type Shake, shakeOf } from './accelerometer.ts'
import { pressed } from './button.ts'
import { defineDevice, readings, type Woken } from './device.ts'
import { sensors } from './impact_profiles.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

const HEARTBEAT = 30 * 60_000

type State = { rhythm: Rhythm; shake: Shake | undefined; seed: number }

const woken = (state: State, reports: Woken<State>['reports']): Woken<State> => ({
  state,
  reports,
  wakeAt: Math.min(state.rhythm.beatAt, state.shake?.sureAt ?? Infinity),
})

/**
 * A pendant on the belt or a cord with one button. It has no verdict of its own on falls: it hands over the
 * accelerometer window of a hard shake, for others to judge.
 */
export const pendant = defineDevice<State>({
  model: 'Vigil Sim Pendant P1',
  category: 'wearable',
  firmware: '1.0.9',
  noun: 'pendant',
  worn: true,
  button: true,
  batteryDays: 400,
  keeps: 200,
  speaksEvery: HEARTBEAT,
  begin(senses) {
    const seed = Math.floor(senses.random() * 2 ** 32)
    return woken({ rhythm: startRhythm(senses, HEARTBEAT), shake: undefined, seed }, [])
  },
  wake(state, senses) {
    const reports = pressed(senses, 'worn')
    const shake = shakeOf(senses, state.seed) ?? state.shake
    const isFull = shake !== undefined && senses.at >= shake.sureAt
    const examined = isFull ? examine(shake, senses, sensors.pendant) : undefined
    if (examined) reports.push(examined.report)
    const beats = isBeat(state.rhythm, senses)
    if (beats) reports.push(readings(battery(senses)))
    const rhythm = beats ? nextRhythm(state.rhythm, senses, HEARTBEAT) : state.rhythm
    return woken({ ...state, rhythm, shake: isFull ? undefined : shake }, reports)
  },
})
