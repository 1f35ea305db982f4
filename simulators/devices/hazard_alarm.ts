import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import type { Hazard } from '../life/scene.ts'
import { type Definition, type Report, readings, type Senses, type Woken } from './device.ts'
import { isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

/** A hazard that an alarm senses. `takes`: ms until it is sure, from and to. */
export type Watch = { hazard: Hazard; signal: SignalKind & MetricName; takes: readonly [number, number] }

/** When each watched hazard is told (epoch ms; Infinity while the air is clear), and which have been. */
type State = { rhythm: Rhythm; soundsAt: readonly number[]; sounding: readonly boolean[] }

type Alarm = { watches: readonly Watch[]; heartbeat: number; repeats: number; adds(senses: Senses): Reading }
type Reading = Partial<Record<MetricName, number>>

function soundsAt({ watches }: Alarm, state: State, { scene, plan, at, random }: Senses): number[] {
  return watches.map(({ hazard, takes: [least, most] }, n) => {
    const isThere = plan.room !== undefined && scene.hazards[hazard].has(plan.room)
    const was = state.soundsAt[n] ?? Infinity
    if (!isThere) return Infinity
    return was === Infinity ? at + Math.round(least + (most - least) * random()) : was
  })
}

function told({ watches, adds }: Alarm, sounding: readonly boolean[], senses: Senses): Report {
  const flags = watches.map(({ signal }, n) => [signal, sounding[n] ? 1 : 0] as const)
  return readings({ ...Object.fromEntries(flags), ...adds(senses) })
}

function woken(state: State, reports: Report[]): Woken<State> {
  const waiting = state.soundsAt.filter((_, n) => !state.sounding[n])
  return { state, reports, wakeAt: Math.min(state.rhythm.beatAt, ...waiting) }
}

function wake(alarm: Alarm, state: State, senses: Senses): Woken<State> {
  const times = soundsAt(alarm, state, senses)
  const sounding = times.map((time) => senses.at >= time)
  const isChanged = sounding.some((sounds, n) => sounds !== state.sounding[n])
  const next = { ...state, soundsAt: times, sounding }
  if (!isChanged && !isBeat(state.rhythm, senses)) return woken(next, [])
  const begun = alarm.watches.filter((_, n) => sounding[n] && !state.sounding[n])
  const signals = begun.map(({ signal }): Report => ({ kind: 'signals', signal, confidence: 1 }))
  const interval = sounding.includes(true) ? alarm.repeats : alarm.heartbeat
  const rhythm = nextRhythm(state.rhythm, senses, interval)
  return woken({ ...next, rhythm }, [...signals, told(alarm, sounding, senses)])
}

/**
 * The common part of alarms: a signal when it is sure, the state with every change, every `repeats` ms while it sounds
 * and every `heartbeat` ms otherwise.
 */
export function hazardAlarm(
  alarm: Alarm,
): Pick<Definition<State>, 'begin' | 'wake' | 'speaksEvery' | 'worn' | 'button'> {
  return {
    speaksEvery: alarm.heartbeat,
    worn: false,
    button: false,
    begin(senses) {
      const none = { soundsAt: alarm.watches.map(() => Infinity), sounding: alarm.watches.map(() => false) }
      const first = { rhythm: startRhythm(senses, alarm.heartbeat), ...none }
      return woken({ ...first, soundsAt: soundsAt(alarm, first, senses) }, [])
    },
    wake: (state, senses) => wake(alarm, state, senses),
  }
}
