import type { Random } from '../../domain/random.ts'
import { drawVariation, type Part, parts, type Variation } from './variation.ts'

/** A sensor that a trial is felt by. */
export type Variant = {
  name: string
  /** Whether the trial stays at the rate at which it was recorded; else all of a set come at the slowest rate of any. */
  keepsRate?: boolean
  draw(random: Random, isFall: boolean): Variation
  /** Impacts of daily life that are taken of a trial at most: three minutes of jogging are no more to learn from than these. */
  most: number
}

const every = Number.POSITIVE_INFINITY

export const asRecorded: Variant = { name: 'as recorded', keepsRate: true, draw: () => ({}), most: every }
/** WEDA's falls came at 40 Hz and its daily life at 50: whoever learns from them as they came learns to tell the rate. */
export const evenRate: Variant = { name: 'one rate for all', draw: () => ({}), most: every }
/** A watch as cheap ones are. */
export const cheapWatch: Variant = {
  name: '20 Hz, ±2 g',
  draw: () => ({ rate_hz: 20, averages: true, range_g: 2 }),
  most: every,
}

/** Sensors by chance, of which only some parts are drawn. */
export function drawnVariants(count: number, use: readonly Part[] = parts): Variant[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `drawn ${n + 1}: ${use.join(' ') || 'nothing'}`,
    draw: (random, isFall) => drawVariation(random, isFall, use),
    most: 10,
  }))
}

/** What a held-back person is scored as. */
export const scoredAs: readonly Variant[] = [asRecorded, evenRate, cheapWatch]
/** What the others are learned from. */
export const learnedFrom: readonly Variant[] = [evenRate, ...drawnVariants(4)]
