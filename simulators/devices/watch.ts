import { type Examined, examine, type Shake, shakeOf } from './accelerometer.ts'
import { pressed } from './button.ts'
import { defineDevice, type Report, readings, rounded, type Senses, type Woken } from './device.ts'
import { type Jolt, sensors } from './impact_profiles.ts'
import { battery, isBeat, nextRhythm, type Rhythm, startRhythm } from './rhythm.ts'

/** Vitals every minute, the slow things every ten. */
const VITALS = 60_000
const SLOW = 10 * 60_000
/** Optics see nothing on an arm that moves as hard as this (activity, 0 to 100). */
const ARM_TOO_LIVELY = 60

/** Of a hundred impacts after which the wearer is still, so many count as a fall; and how sure the watch then is. */
const verdicts: Record<Jolt, { of100: number; confidence: readonly [number, number] }> = {
  fall: { of100: 94, confidence: [0.72, 0.95] },
  sits_hard: { of100: 4, confidence: [0.3, 0.45] },
  claps: { of100: 0.5, confidence: [0.3, 0.4] },
}

type State = { vitals: Rhythm; slow: Rhythm; worn: boolean; shake: Shake | undefined; seed: number }

/** Heart and blood only from a still arm; what is not measured is left out, never 0. */
function vitals({ wearer, random, ...senses }: Senses): Report {
  const body = senses.vitals(wearer)
  const optics =
    body.activity > ARM_TOO_LIVELY
      ? {}
      : {
          heart_rate: rounded(body.heartRate + 2 * (random() - 0.5)),
          spo2: Math.min(100, rounded(body.spo2 + 2 * (random() - 0.5))),
          respiration_rate: rounded(body.respirationRate),
        }
  return readings({ ...optics, activity: rounded(body.activity), steps: Math.floor(body.steps) })
}

/** Skin is a little cooler than the core, which a watch guesses from it. */
function slow(senses: Senses): Report {
  if (!senses.worn) return readings({ worn: 0, ...battery(senses) })
  const temperature = senses.vitals(senses.wearer).temperature + 0.3 * (senses.random() - 0.7)
  return readings({ body_temperature: rounded(temperature, 1), worn: 1, ...battery(senses) })
}

function verdict({ jolt, still, chance, report }: Examined, senses: Senses): Report[] {
  const { of100, confidence } = verdicts[jolt]
  const share = (chance * 100) / of100
  if (!still || share >= 1) return [report]
  const sure = rounded(confidence[0] + (confidence[1] - confidence[0]) * share, 2)
  const fall: Report = { kind: 'signals', signal: 'fall', confidence: sure, position: senses.position }
  return [{ ...fall, ...(report.ago === undefined ? {} : { ago: report.ago }) }, report]
}

/** The latest shake until it is judged. Who says `I am fine` on the watch before that takes it back. */
function judge(state: State, senses: Senses): { shake: Shake | undefined; reports: Report[] } {
  const { change, plan, at } = senses
  const cancelled = change?.what === 'cancels' && change.device === plan.id
  const shake = cancelled || !senses.worn ? undefined : (shakeOf(senses, state.seed) ?? state.shake)
  if (!shake || at < shake.sureAt) return { shake, reports: [] }
  const examined = examine(shake, senses, sensors.watch)
  return { shake: undefined, reports: examined ? verdict(examined, senses) : [] }
}

function woken(state: State, reports: Report[]): Woken<State> {
  const { worn, vitals, slow, shake } = state
  return { state, reports, wakeAt: Math.min(worn ? vitals.beatAt : Infinity, slow.beatAt, shake?.sureAt ?? Infinity) }
}

/**
 * A wrist watch: heart, SpO2, breath, activity and steps while it is worn; a button; and falls, from the impact and
 * the stillness after it, 3 to 4 s later. On the charger it says only that: it measures and feels nothing there.
 */
export const watch = defineDevice<State>({
  model: 'Vigil Sim Watch W2',
  category: 'wearable',
  firmware: '2.4.1',
  noun: 'watch',
  worn: true,
  button: true,
  cancels: true,
  speaker: true,
  batteryDays: 3,
  keeps: 2_000,
  speaksEvery: SLOW,
  begin(senses) {
    const seed = Math.floor(senses.random() * 2 ** 32)
    const rhythms = { vitals: startRhythm(senses, VITALS), slow: startRhythm(senses, SLOW) }
    return woken({ ...rhythms, worn: senses.worn, shake: undefined, seed }, [])
  },
  wake(state, senses) {
    const { shake, reports } = judge(state, senses)
    const changed = senses.worn !== state.worn
    const isSlow = changed || isBeat(state.slow, senses)
    const isVitals = senses.worn && isBeat(state.vitals, senses)
    const next = {
      ...state,
      shake,
      worn: senses.worn,
      slow: isSlow ? nextRhythm(state.slow, senses, SLOW) : state.slow,
      vitals: isVitals || changed ? nextRhythm(state.vitals, senses, VITALS) : state.vitals,
    }
    return woken(next, [
      ...pressed(senses, 'worn'),
      ...reports,
      ...(isVitals ? [vitals(senses)] : []),
      ...(isSlow ? [slow(senses)] : []),
    ])
  },
})
