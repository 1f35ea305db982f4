import { figureNames } from '../../alerts/detectors/fall/features.ts'
import { logOddsOf, type Model } from '../../alerts/detectors/fall/model.ts'
import type { Example } from './examples.ts'
import { binned, type Growth, growModel, type Rows } from './trees.ts'

/** The model that is shipped, and every one that is scored, is grown so. */
export const growth: Growth = { trees: 100, depth: 3, rate: 0.1, columns: 0.25, rows: 0.7, ridge: 5, leaf: 3, seed: 1 }

const width = figureNames.length
/** What falls and daily life of a set weigh together, the latter twice: a false alarm costs trust. */
const mass = 4_000
const dailyWeight = 2
/** The impact of a fall lies in the marked span, or this near to the hardest one, s. */
const slack = 0.3
const near = 1.6

const isInSpan = ({ label: { span }, at }: Example): boolean =>
  !span || (at >= span[0] - slack && at <= span[1] + slack)

const trialOf = ({ label, variant }: Example): string => `${label.set} ${label.id} ${variant}`

/** Of every fall the one impact that says so: the one that scores highest. */
function strongest(examples: readonly Example[], score: (example: Example) => number): Map<string, Example> {
  const best = new Map<string, { example: Example; score: number }>()
  for (const example of examples) {
    if (!example.label.isFall || !isInSpan(example)) continue
    const here = score(example)
    const known = best.get(trialOf(example))
    if (!known || here > known.score) best.set(trialOf(example), { example, score: here })
  }
  return new Map([...best].map(([trial, { example }]) => [trial, example]))
}

/** The impacts that the model learns from: those that mean a fall and all of daily life. What else is in a trial of a fall
 *  (walking there, getting up) has no label. */
function chosen(examples: readonly Example[], falls: ReadonlyMap<string, Example>): Example[] {
  return examples.filter((example) => !example.label.isFall || falls.get(trialOf(example)) === example)
}

function rowsOf(examples: readonly Example[]): Rows {
  const figures = new Float32Array(examples.length * width)
  examples.forEach((example, n) => {
    figures.set(example.figures, n * width)
  })
  const labels = Uint8Array.from(examples, ({ label }) => (label.isFall ? 1 : 0))
  return { figures, width, labels, weights: weightsOf(examples) }
}

/** Every set weighs the same, and in it falls and daily life as they should, however many there are. */
function weightsOf(examples: readonly Example[]): Float64Array {
  const classOf = ({ label }: Example): string => `${label.set} ${label.isFall}`
  const counts = new Map<string, number>()
  for (const example of examples) counts.set(classOf(example), (counts.get(classOf(example)) ?? 0) + 1)
  return Float64Array.from(examples, (example) => {
    return (mass * (example.label.isFall ? 1 : dailyWeight)) / counts.get(classOf(example))!
  })
}

function grow(examples: readonly Example[], how: Growth): Model {
  const rows = rowsOf(examples)
  return growModel(rows, binned(rows), how)
}

/**
 * Learns a model, twice: which impact of a fall is the fall is not marked, so at first it is the hardest, and then the
 * one near it that the first model thinks the likeliest.
 */
export function learn(examples: readonly Example[], how: Growth = growth): Model {
  const peak = figureNames.indexOf('peak_smooth')
  const hardest = strongest(examples, ({ figures }) => figures[peak]!)
  const first = grow(chosen(examples, hardest), how)
  const isNear = (example: Example): boolean =>
    example.label.span !== undefined || Math.abs(example.at - (hardest.get(trialOf(example))?.at ?? 0)) <= near
  const likeliest = strongest(examples.filter(isNear), ({ figures }) => logOddsOf(first, figures))
  return grow(chosen(examples, likeliest), { ...how, seed: how.seed + 1 })
}
