import type { Motion } from '../../../domain/message.ts'
import { type Aftermath, aftermathOf } from './aftermath.ts'
import { type FigureName, figureNames, figures, figuresAt } from './features.ts'
import { type Grid, gridOf, gridRate, type Samples } from './grid.ts'
import { impactsOf } from './impacts.ts'
import { chanceOf, logOddsOf, type Model, shares } from './model.ts'
import parameters from './parameters.json' with { type: 'json' }
import { type Place, placeOf } from './place.ts'
import { reach } from './span.ts'

/** How readily a window is called a fall; docs/Falls.md has the measured price of each. */
export type Setting = 'sensitive' | 'balanced' | 'quiet'

/** One figure that spoke for or against a fall: its value, and what it brought on the scale of log odds. */
export type Reason = { figure: FigureName; text: string; value: number; brought: number }

export type Judgement = {
  /** Chance of a fall as the model sees it, 0 to 1. */
  probability: number
  isFall: boolean
  /** Seconds into the window: the impact, and when enough had been felt to decide. */
  impactAt: number
  decidedAt: number
  /** Whether the sensor came to the end of its range, so that the impact was harder than it could feel. */
  isClipped: boolean
  /** The figures that spoke loudest, the loudest first. */
  spokeFor: Reason[]
  spokeAgainst: Reason[]
  followed: Aftermath
}

/** For each place a model of its own, and for each setting the log odds from which a window is a fall. */
export type Parameters = {
  figures: string[]
  places: Record<Place, Model & { thresholds: Record<Setting, number> }>
}

export const shipped = parameters as unknown as Parameters

const reasonsMost = 4

/** An impact with what the model makes of it. */
export type Candidate = { impact: number; figures: Float32Array; logOdds: number }

/** Every impact of a window, judged. */
export function candidatesOf(grid: Grid, model: Model): Candidate[] {
  return impactsOf(grid).map((impact) => {
    const row = figuresAt(grid, impact)
    return { impact, figures: row, logOdds: logOddsOf(model, row) }
  })
}

/**
 * Judges a window: the impact that looks most like a fall. Undefined where nothing hit anything, or where the window
 * holds nothing that can be judged.
 */
export function judgeMotion(
  motion: Samples & Pick<Motion, 'placement'>,
  setting: Setting = 'balanced',
  { places }: Parameters = shipped,
): Judgement | undefined {
  const grid = gridOf(motion)
  const place = placeOf(motion.placement)
  const model = places[place]
  const [most] = candidatesOf(grid, model).toSorted((a, b) => b.logOdds - a.logOdds)
  if (!most) return undefined
  const end = (grid.load.length - 1) / gridRate
  const impactAt = most.impact / gridRate
  return {
    probability: chanceOf(most.logOdds),
    isFall: most.logOdds >= model.thresholds[setting],
    impactAt,
    decidedAt: Math.min(end, impactAt + reach),
    isClipped: grid.clipped[most.impact]! > 0,
    ...reasonsOf(most, model),
    followed: aftermathOf(grid, most.impact, place === 'trunk'),
  }
}

function reasonsOf({ figures: row }: Candidate, model: Model): Pick<Judgement, 'spokeFor' | 'spokeAgainst'> {
  const brought = shares(model, row)
  const reasons = figureNames.map((figure, n) => ({
    figure,
    text: figures[figure].text,
    value: row[n]!,
    brought: brought[n]!,
  }))
  const loudest = (sign: 1 | -1): Reason[] =>
    reasons
      .filter((reason) => reason.brought * sign > 0)
      .toSorted((a, b) => (b.brought - a.brought) * sign)
      .slice(0, reasonsMost)
  return { spokeFor: loudest(1), spokeAgainst: loudest(-1) }
}
