import { figuresAt } from '../../alerts/detectors/fall/features.ts'
import { type Grid, gridOf, gridRate } from '../../alerts/detectors/fall/grid.ts'
import { impactsOf } from '../../alerts/detectors/fall/impacts.ts'

import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import type { Trial } from '../impacts/trials.ts'
import type { Variant } from './variants.ts'
import { type Variation, varied } from './variation.ts'

/** A trial without its samples. */
export type Label = Omit<Trial, 'x' | 'y' | 'z'> & { set: string; seconds: number }

/** One impact of a trial, as one of the sensors would have felt it. */
export type Example = { label: Label; variant: string; at: number; figures: Float32Array }

/** A recorded set. */
export type Recorded = { set: string; trials: Trial[] }

/** The part of a window round an impact that a device sent, and where the impact is in it. */
function cut(grid: Grid, impact: number, { before = 4, after = 4 }: Variation): [Grid, number] {
  const from = Math.max(0, impact - Math.round(before * gridRate))
  const to = impact + Math.round(after * gridRate)
  const parts = Object.entries(grid).map(([name, values]) => [name, values.slice(from, to)])
  return [Object.fromEntries(parts) as Grid, impact - from]
}

function sampled<T>(values: readonly T[], most: number, random: Random): readonly T[] {
  if (values.length <= most) return values
  const drawn = values.map((value) => ({ value, order: random() })).sort((a, b) => a.order - b.order)
  return drawn.slice(0, most).map(({ value }) => value)
}

/** What a trial is, without what was felt. */
export function labelOf(set: string, { x, y: _y, z: _z, ...label }: Trial): Label {
  return { ...label, set, seconds: x.length / label.rate_hz }
}

function examplesOfTrial(
  trial: Trial,
  label: Label,
  { name, most, draw, keepsRate }: Variant,
  common: number,
): Example[] {
  const random = seededRandom(seedOf('falls', name, label.set, trial.id))
  const drawn = draw(random, trial.isFall)
  const variation = keepsRate ? drawn : { ...drawn, rate_hz: Math.min(drawn.rate_hz ?? common, common) }
  const grid = gridOf(varied(trial, variation, random))
  const impacts = sampled(impactsOf(grid), trial.isFall ? Number.POSITIVE_INFINITY : most, random)
  return impacts.map((impact) => {
    const figures = figuresAt(...cut(grid, impact, variation))
    return { label, variant: name, at: impact / gridRate, figures }
  })
}

/** Every impact of a set as the sensors of the variants would have felt it. */
export function examplesOf({ set, trials }: Recorded, variants: readonly Variant[]): Example[] {
  const common = trials.reduce((least, { rate_hz }) => Math.min(least, rate_hz), Number.POSITIVE_INFINITY)
  return trials.flatMap((trial) => {
    const label = labelOf(set, trial)
    return variants.flatMap((variant) => examplesOfTrial(trial, label, variant, common))
  })
}
