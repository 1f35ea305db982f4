import type { Samples } from '../../alerts/detectors/fall/grid.ts'
import type { Random } from '../../domain/random.ts'
import type { Trial } from '../impacts/trials.ts'

/** What another sensor would have made of a trial. What is absent stays as it was. */
export type Variation = {
  /** Samples a second, at most what the trial has. */
  rate_hz?: number
  /** Whether a slow sensor averages between its samples, as good ones do, or takes one of many. */
  averages?: boolean
  /** It clips here, g. */
  range_g?: number
  /** Whether it is worn turned, any way. */
  turned?: boolean
  /** Standard deviation of its noise, g; largest error of its zero, g, and of its scale. */
  noise?: number
  offset?: number
  gain?: number
  /** Standard deviation of the time between samples, s. */
  jitter?: number
  /** Seconds round an impact that were sent; all where absent. */
  before?: number
  after?: number
}

/** Which parts of the variation are drawn: the bench leaves out one after the other to see what it bought. */
export const parts = ['rate', 'range', 'turn', 'noise', 'jitter', 'cut'] as const
export type Part = (typeof parts)[number]

const ranges = [2, 4, 8, 16]

/** Draws a sensor: 20 to 200 Hz, ±2 to ±16 g, turned, noisy, with a clock that jitters, and at times a short window. */
export function drawVariation(random: Random, isFall: boolean, use: readonly Part[] = parts): Variation {
  const drawn: Record<Part, Variation> = {
    rate: { rate_hz: 20 * 10 ** random(), averages: random() < 0.5 },
    range: { range_g: ranges[Math.floor(random() * ranges.length)]! },
    turn: { turned: true },
    noise: { noise: 0.02 * random(), offset: 0.04, gain: 0.03 },
    jitter: random() < 0.5 ? { jitter: 0.006 } : {},
    cut: {
      // Recorded daily life often ends at the edge of a trial, falls never: a short window must not tell them apart.
      ...(random() < (isFall ? 0.5 : 0.3) ? { before: 0.6 + 2.4 * random() } : {}),
      ...(random() < 0.3 ? { after: 1.6 + 1.5 * random() } : {}),
    },
  }
  return Object.assign({}, ...use.map((part) => drawn[part]))
}

type Matrix = readonly (readonly [number, number, number])[]
const upright: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

/** A rotation, every one as likely as another (Shoemake 1992). */
function rotation(random: Random): Matrix {
  const [u, v, w] = [random(), 2 * Math.PI * random(), 2 * Math.PI * random()]
  const [a, b] = [Math.sqrt(1 - u), Math.sqrt(u)]
  const [q, i, j, k] = [a * Math.sin(v), a * Math.cos(v), b * Math.sin(w), b * Math.cos(w)]
  return [
    [1 - 2 * (j * j + k * k), 2 * (i * j - k * q), 2 * (i * k + j * q)],
    [2 * (i * j + k * q), 1 - 2 * (i * i + k * k), 2 * (j * k - i * q)],
    [2 * (i * k - j * q), 2 * (j * k + i * q), 1 - 2 * (i * i + j * j)],
  ]
}

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

type Axes = Pick<Trial, 'x' | 'y' | 'z'>

/** One axis at every `ratio`-th sample: the mean of so many, or what lies on the line between two. */
function thinned(axis: readonly number[], ratio: number, averages: boolean): number[] {
  const width = Math.floor(ratio)
  return Array.from({ length: Math.floor((axis.length - 1) / ratio) }, (_, n) => {
    const from = Math.floor(n * ratio)
    const share = n * ratio - from
    if (!averages || width < 2) return axis[from]! * (1 - share) + axis[from + 1]! * share
    let sum = 0
    for (let m = from; m < from + width; m++) sum += axis[m]!
    return sum / width
  })
}

function slowed(trial: Trial, { rate_hz = trial.rate_hz, averages = false }: Variation): Axes & { rate_hz: number } {
  if (rate_hz >= trial.rate_hz) return trial
  const ratio = trial.rate_hz / rate_hz
  const [x, y, z] = [trial.x, trial.y, trial.z].map((axis) => thinned(axis, ratio, averages))
  return { rate_hz, x: x!, y: y!, z: z! }
}

/** The trial as that sensor would have felt it. */
export function varied(trial: Trial, variation: Variation, random: Random): Samples {
  const { rate_hz, x, y, z } = slowed(trial, variation)
  const { noise = 0, offset = 0, gain = 0, jitter = 0 } = variation
  const matrix = variation.turned ? rotation(random) : upright
  const range_g = Math.min(variation.range_g ?? Number.POSITIVE_INFINITY, trial.range_g)
  const scale = 1 + gain * (2 * random() - 1)
  const [newX, newY, newZ] = matrix.map(([a, b, c]) => {
    const zero = offset * (2 * random() - 1)
    return x.map((value, n) => {
      const turned = (a * value + b * y[n]! + c * z[n]!) * scale + zero
      const felt = noise > 0 ? turned + noise * normal(random) : turned
      return Math.max(-range_g, Math.min(range_g, felt))
    })
  })
  const seconds = jitter > 0 ? x.map((_, n) => n / rate_hz + jitter * normal(random)) : undefined
  return { rate_hz, range_g, x: newX!, y: newY!, z: newZ!, ...(seconds && { seconds }) }
}
