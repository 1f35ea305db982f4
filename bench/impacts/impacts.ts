import { seededRandom, seedOf } from '../../domain/random.ts'
import { impactWindow } from '../../simulators/devices/impact.ts'
import { type Jolt, type Sensor, sensors } from '../../simulators/devices/impact_profiles.ts'
import { recordingAt } from '../shared_data.ts'
import { quantile } from '../statistics.ts'
import { type Shake, shakeIn } from './shake.ts'
import { readTrials, type Trial } from './trials.ts'

/** A kind of shake, the trials that show it in real life, and what they are in words. */
type Comparison = { set: string; sensor: Sensor; jolt: Jolt; acts: readonly string[]; words: string }

const waist: Sensor = { ...sensors.pendant, rate_hz: 200 }
const acts = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${String(n + 1).padStart(2, '0')}`)

const comparisons: readonly Comparison[] = [
  { set: 'weda-wrist', sensor: sensors.watch, jolt: 'fall', acts: acts('F', 8), words: 'falls, F01 to F08' },
  { set: 'weda-wrist', sensor: sensors.watch, jolt: 'sits_hard', acts: ['D05'], words: 'collapsing into a chair, D05' },
  { set: 'weda-wrist', sensor: sensors.watch, jolt: 'claps', acts: ['D10'], words: 'clapping, D10' },
  { set: 'sisfall-waist', sensor: waist, jolt: 'fall', acts: acts('F', 15), words: 'falls, F01 to F15' },
  {
    set: 'sisfall-waist',
    sensor: waist,
    jolt: 'sits_hard',
    acts: ['D08', 'D10', 'D11'],
    words: 'sitting down quickly or collapsing into a chair, D08, D10, D11',
  },
]

/** Simulated shakes of each kind. */
const SIMULATED = 1_000
const shares = [0.1, 0.25, 0.5, 0.75, 0.9]

const figures = {
  peak: { text: 'peak, g', digits: 1 },
  dip: { text: 'least load in the second before, g', digits: 2 },
  dip_ms: { text: 'load under 0.7 g before, ms', digits: 0 },
  hard_ms: { text: 'load over 1.5 g around, ms', digits: 0 },
  before: { text: 'liveliness before, g', digits: 3 },
  still: { text: 'liveliness after, g', digits: 3 },
  turn: { text: 'turn of the body, degrees', digits: 0 },
} as const satisfies Record<keyof Shake, { text: string; digits: number }>

const isShake = (shake: Shake | undefined): shake is Shake => shake !== undefined

/** What the sensor feels of simulated people, the same every time. */
export function simulatedShakes({ sensor, jolt }: Pick<Comparison, 'sensor' | 'jolt'>, count: number): Shake[] {
  return Array.from({ length: count }, (_, n) => {
    const random = seededRandom(seedOf('impacts', sensor.placement, jolt, n))
    return shakeIn(impactWindow(jolt, sensor, 'lies', random))
  }).filter(isShake)
}

function quantiles(shakes: readonly Shake[], name: keyof Shake): string {
  const values = shakes.map((shake) => shake[name])
  return shares.map((share) => quantile(values, share).toFixed(figures[name].digits)).join(' · ')
}

/** What a rule of thumb says of all figures at once: hard, and turned over. */
const isFallByThumb = ({ peak, turn }: Shake): boolean => peak > 3 && turn > 45

const thumb = (shakes: readonly Shake[]): string =>
  `${((100 * shakes.filter(isFallByThumb).length) / shakes.length).toFixed(0)} %`

function tableOf({ sensor, jolt, words, set, ...comparison }: Comparison, trials: readonly Trial[]): string {
  const chosen = trials.filter(({ act }) => comparison.acts.includes(act))
  const recorded = chosen.map(shakeIn).filter(isShake)
  const simulated = simulatedShakes({ sensor, jolt }, SIMULATED)
  const names = Object.keys(figures) as (keyof Shake)[]
  return [
    `**${sensor.placement}, \`${jolt}\`** against ${words} of \`${set}\` (${shares.map((share) => share * 100).join(' · ')} %)`,
    '',
    `| | recorded, ${recorded.length} of ${chosen.length} trials | simulated, ${simulated.length} of ${SIMULATED} |`,
    '| --- | --- | --- |',
    ...names.map((name) => `| ${figures[name].text} | ${quantiles(recorded, name)} | ${quantiles(simulated, name)} |`),
    `| over 3 g and turned by over 45 degrees | ${thumb(recorded)} | ${thumb(simulated)} |`,
  ].join('\n')
}

/** Quantiles of simulated impacts beside recorded ones, as Markdown. Throws a sentence where the recordings are missing. */
export async function compareImpacts(): Promise<string> {
  const folder = recordingAt('falls')
  const sets = new Map<string, Trial[]>()
  for (const set of new Set(comparisons.map((comparison) => comparison.set)))
    sets.set(set, await readTrials(folder, set))
  return comparisons.map((comparison) => tableOf(comparison, sets.get(comparison.set) ?? [])).join('\n\n')
}
