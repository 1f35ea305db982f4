import type { Grid } from './grid.ts'
import { Span } from './span.ts'
import { angleBetween } from './vectors.ts'

/**
 * What the seconds round an impact look like, in figures that do not change when the sensor is worn turned, and hardly with
 * its rate. NaN: not known, because the window is too short or has a hole there.
 */

type Figure = {
  /** What it says, for people. */
  text: string
  /** Where it is described. docs/Falls.md has the references in full. */
  source: string
  of(span: Span): number
}

/** Standard gravity, m/s². */
const gravity = 9.80665

export const figures = {
  peak: {
    text: 'how hard the impact was (g)',
    source: 'Kangas 2008',
    of: (s) => Math.min(6, s.max('load', -0.3, 0.3)),
  },
  peak_smooth: {
    text: 'how hard the impact was over a tenth of a second (g)',
    source: 'Kangas 2008',
    of: (s) => Math.min(5, s.max('smooth', -0.4, 0.5)),
  },
  dip: { text: 'how light the body was before the impact (g)', source: 'Bourke 2007', of: (s) => s.min('load', -1, 0) },
  dip_smooth: {
    text: 'how light the body was over a tenth of a second before the impact (g)',
    source: 'Bourke 2007',
    of: (s) => s.min('smooth', -1, 0.05),
  },
  dip_long: {
    text: 'how light the body was over three tenths of a second before the impact (g)',
    source: 'Abbate 2012 (free fall index)',
    of: (s) => s.min('slow', -1, 0),
  },
  dip_time: {
    text: 'how long the body was in free fall (s)',
    source: 'Degen 2003',
    of: (s) => s.share('load', -1.2, 0, (v) => v < 0.75) * 1.2,
  },
  fall_speed: {
    text: 'speed gathered in falling (m/s)',
    source: 'Bourke 2008 (vertical velocity)',
    of: (s) => gravity * s.area('load', -1.2, 0, (v) => Math.max(0, 1 - v)),
  },
  net_speed: {
    text: 'change of speed before the impact (m/s)',
    source: 'Bourke 2008 (vertical velocity)',
    of: (s) => gravity * s.area('load', -0.8, -0.04, (v) => 1 - v),
  },
  impulse: {
    text: 'how much the impact stopped (m/s)',
    source: 'Abbate 2012',
    of: (s) => gravity * s.area('load', -0.2, 0.6, (v) => Math.max(0, v - 1)),
  },
  impulse_balance: {
    text: 'the stop against the speed gathered (m/s)',
    source: 'Bourke 2008',
    of: (s) => gravity * s.area('load', -1.2, 0.6, (v) => v - 1),
  },
  dip_to_peak: {
    text: 'time from free fall to impact (s)',
    source: 'Abbate 2012 (peak duration index)',
    of: (s) => s.since('load', -1, 0),
  },
  hard_time: {
    text: 'how long the load was over 1.5 g (s)',
    source: 'Kangas 2008',
    of: (s) => s.share('load', -0.5, 0.7, (v) => v > 1.5) * 1.2,
  },
  over_time: {
    text: 'how long the load was over 2 g (s)',
    source: 'Kangas 2008',
    of: (s) => s.share('load', -0.5, 0.5, (v) => v > 2),
  },
  jerk: { text: 'how sudden the impact was (g)', source: 'Sucerquia 2017', of: (s) => Math.min(5, s.step(-0.3, 0.3)) },
  variation: {
    text: 'mean change of load round the impact (g)',
    source: 'Abbate 2012 (AAMV)',
    of: (s) => s.stir(-0.5, 0.5),
  },
  variation_before: { text: 'mean change of load before (g)', source: 'Abbate 2012 (AAMV)', of: (s) => s.stir(-3, -1) },
  variation_after: { text: 'mean change of load after (g)', source: 'Abbate 2012 (AAMV)', of: (s) => s.stir(1, 3) },
  activity_ratio: {
    text: 'how busy the second of the impact was (share)',
    source: 'Abbate 2012 (activity ratio index)',
    of: (s) => s.share('load', -0.5, 0.7, (v) => v < 0.85 || v > 1.3),
  },
  busy_before: {
    text: 'how busy the time before was (share)',
    source: 'Abbate 2012 (step count index)',
    of: (s) => s.share('load', -3, -1.2, (v) => Math.abs(v - 1) > 0.2),
  },
  busy_after: {
    text: 'how busy the time after was (share)',
    source: 'Abbate 2012',
    of: (s) => s.share('load', 1.2, 3, (v) => Math.abs(v - 1) > 0.2),
  },
  spread_before: { text: 'liveliness before (g)', source: 'Bourke 2010', of: (s) => s.spread(-3, -1.2) },
  spread_just_before: { text: 'liveliness just before (g)', source: 'Bourke 2010', of: (s) => s.spread(-1.5, -0.6) },
  spread_just_after: { text: 'liveliness just after (g)', source: 'Kangas 2009', of: (s) => s.spread(0.6, 1.5) },
  spread_after: { text: 'liveliness after (g)', source: 'Kangas 2009', of: (s) => s.spread(1.2, 3) },
  calmest_after: { text: 'the calmest half second after (g)', source: 'Kangas 2009', of: (s) => s.calmest(0.6, 3) },
  calmest_before: { text: 'the calmest half second before (g)', source: 'Kangas 2009', of: (s) => s.calmest(-3, -0.6) },
  rest_after: {
    text: 'how near to rest the load was after (g)',
    source: 'Kangas 2009',
    of: (s) => s.mean('load', 1.5, 3, (v) => Math.abs(v - 1)),
  },
  length_after: {
    text: 'length of the mean vector after (g)',
    source: 'Karantonis 2006',
    of: (s) => Math.hypot(...s.vector(1.2, 2.8)),
  },
  peak_after: { text: 'hardest shake in the seconds after (g)', source: 'Abbate 2012', of: (s) => s.max('load', 1, 3) },
  low_after: {
    text: 'lightest instant in the seconds after (g)',
    source: 'Abbate 2012',
    of: (s) => s.min('load', 1, 3),
  },
  peak_before: {
    text: 'hardest shake in the seconds before (g)',
    source: 'Abbate 2012 (step count index)',
    of: (s) => s.max('load', -3, -1),
  },
  low_before: {
    text: 'lightest instant in the seconds before (g)',
    source: 'Abbate 2012 (step count index)',
    of: (s) => s.min('load', -3, -1.2),
  },
  turn: {
    text: 'turn between before and after (degrees)',
    source: 'Karantonis 2006',
    of: (s) => angleBetween(s.vector(-2.5, -1.2), s.vector(1.2, 2.8)),
  },
  turn_wide: {
    text: 'turn between well before and just after (degrees)',
    source: 'Karantonis 2006',
    of: (s) => angleBetween(s.vector(-3, -1.8), s.vector(0.6, 1.6)),
  },
  turn_quick: {
    text: 'turn within the fall (degrees)',
    source: 'Karantonis 2006',
    of: (s) => angleBetween(s.vector(-1.4, -0.8), s.vector(0.3, 0.9)),
  },
  turn_after: {
    text: 'turning on after the impact (degrees)',
    source: 'Kangas 2009',
    of: (s) => angleBetween(s.vector(0.8, 1.6), s.vector(2, 3)),
  },
  turn_before: {
    text: 'turning before the impact (degrees)',
    source: 'Kangas 2009',
    of: (s) => angleBetween(s.vector(-3, -2), s.vector(-1.4, -0.8)),
  },
  turn_path: { text: 'how far the sensor swung in the fall (degrees)', source: 'own', of: (s) => s.swing(-1.2, 0.6) },
  swing_after: { text: 'how far the sensor swung after (degrees)', source: 'own', of: (s) => s.swing(1, 3) },
  swing_before: { text: 'how far the sensor swung before (degrees)', source: 'own', of: (s) => s.swing(-3, -1.2) },
  impact_to_rest: {
    text: 'direction of the impact against that of rest after (degrees)',
    source: 'own',
    of: (s) => angleBetween(s.vector(-0.06, 0.06), s.vector(1.2, 2.8)),
  },
  impact_to_before: {
    text: 'direction of the impact against that before (degrees)',
    source: 'own',
    of: (s) => angleBetween(s.vector(-0.06, 0.06), s.vector(-2.5, -1.2)),
  },
  kurtosis: { text: 'how lonely the impact stood (kurtosis)', source: 'Vallabh 2016', of: (s) => s.kurtosis(-2, 2) },
  peaks_around: {
    text: 'other impacts close by (count)',
    source: 'Abbate 2012 (step count index)',
    of: (s) => s.peaks(-3, -0.4) + s.peaks(0.5, 3),
  },
  peaks_after: {
    text: 'impacts that followed (count)',
    source: 'Abbate 2012 (step count index)',
    of: (s) => s.peaks(0.5, 3),
  },
  rhythm: {
    text: 'how rhythmic the movement was (correlation)',
    source: 'Moe-Nilssen 2004 (autocorrelation)',
    of: (s) => s.rhythm(-3, 3),
  },
  deviation: {
    text: 'how uneven the load was round the impact (g)',
    source: 'Vallabh 2016',
    of: (s) => s.deviation(-0.8, 0.8),
  },
  after_to_before: {
    text: 'liveliness after against before (ratio)',
    source: 'Bourke 2010',
    of: (s) => Math.log((s.spread(1.2, 3) + 0.02) / (s.spread(-3, -1.2) + 0.02)),
  },
  stand_out: {
    text: 'how far the impact stood out of the seconds around (g)',
    source: 'own',
    of: (s) => Math.min(5, s.max('load', -0.3, 0.3)) - s.maxOutside(1, 3),
  },
  slow_peak: {
    text: 'how hard the impact was over three tenths of a second (g)',
    source: 'Kangas 2008',
    of: (s) => s.max('slow', -0.5, 0.8),
  },
  pull_peak: {
    text: 'the most pull in one direction round the impact (g)',
    source: 'Abbate 2012',
    of: (s) => s.max('pull', -0.5, 0.6),
  },
  pull_dip: {
    text: 'the least pull in one direction before the impact (g)',
    source: 'Bourke 2007',
    of: (s) => s.min('pull', -1.2, 0.1),
  },
  pull_dip_after: {
    text: 'the least pull in one direction just after the impact (g)',
    source: 'own',
    of: (s) => s.min('pull', 0.1, 0.8),
  },
  pull_after: { text: 'the most pull in one direction after (g)', source: 'own', of: (s) => s.max('pull', 0.8, 2.5) },
  pull_low_after: {
    text: 'the least pull in one direction after (g)',
    source: 'own',
    of: (s) => s.min('pull', 0.8, 2.5),
  },
  light_time: {
    text: 'share of the time before that was light',
    source: 'Degen 2003',
    of: (s) => s.share('smooth', -1.5, 0.2, (v) => v < 0.85),
  },
  heavy_time: {
    text: 'share of the time round the impact that was heavy',
    source: 'Kangas 2008',
    of: (s) => s.share('smooth', -0.5, 1, (v) => v > 1.2),
  },
  onset: {
    text: 'how long before the impact the movement began (s)',
    source: 'Abbate 2012 (impact duration index)',
    of: (s) => s.first('smooth', -2, 0, (v) => Math.abs(v - 1) > 0.25),
  },
  settle: {
    text: 'how long the movement went on after the impact (s)',
    source: 'Abbate 2012 (impact duration index)',
    of: (s) => s.last('smooth', 0, 3, (v) => Math.abs(v - 1) > 0.15),
  },
  settle_hard: {
    text: 'how long hard blows went on after the impact (s)',
    source: 'Abbate 2012 (impact duration index)',
    of: (s) => s.last('load', 0, 2, (v) => v > 1.5),
  },
  swing_up: { text: 'how hard the movement before was (g)', source: 'own', of: (s) => s.max('smooth', -1.5, -0.3) },
  second_peak: { text: 'the second blow (g)', source: 'Abbate 2012', of: (s) => s.max('smooth', 0.3, 1.2) },
  second_dip: {
    text: 'how light the body was after the impact (g)',
    source: 'Abbate 2012 (minimum valley index)',
    of: (s) => s.min('smooth', 0.05, 0.8),
  },
  turn_fine: { text: 'how far the sensor swung in all (degrees)', source: 'own', of: (s) => s.swing(-1.5, 1, 0.1) },
  turn_mid: {
    text: 'turn from just before to just after (degrees)',
    source: 'Karantonis 2006',
    of: (s) => angleBetween(s.vector(-0.7, -0.3), s.vector(0.4, 0.8)),
  },
  turn_mid_after: {
    text: 'turning while coming to rest (degrees)',
    source: 'Karantonis 2006',
    of: (s) => angleBetween(s.vector(0.1, 0.4), s.vector(1, 1.5)),
  },
  peak_ratio: {
    text: 'how drawn out the impact was (ratio)',
    source: 'own',
    of: (s) => s.max('slow', -0.5, 0.8) / s.max('load', -0.3, 0.3),
  },
  spread_impact: { text: 'shaking in the impact (g)', source: 'Vallabh 2016', of: (s) => s.spread(-0.2, 0.6) },
  spread_fall: { text: 'shaking in the fall (g)', source: 'Vallabh 2016', of: (s) => s.spread(-1, -0.1) },
  speed_early: {
    text: 'change of speed well before the impact (m/s)',
    source: 'Bourke 2008 (vertical velocity)',
    of: (s) => gravity * s.area('load', -2, -0.7, (v) => 1 - v),
  },
  speed_late: {
    text: 'change of speed right before the impact (m/s)',
    source: 'Bourke 2008 (vertical velocity)',
    of: (s) => gravity * s.area('load', -0.4, -0.04, (v) => 1 - v),
  },
  load_before: {
    text: 'mean load before (g)',
    source: 'Karantonis 2006 (signal magnitude area)',
    of: (s) => s.mean('load', -2.5, -1, (v) => v),
  },
  load_after: {
    text: 'mean load after (g)',
    source: 'Karantonis 2006 (signal magnitude area)',
    of: (s) => s.mean('load', 1, 2.5, (v) => v),
  },
  raise: {
    text: 'lifting before the drop, as of a swung arm (g)',
    source: 'own',
    of: (s) => s.maxBeforeLow(-1, 0, 0.8),
  },
  event_time: {
    text: 'how long the whole movement took (s)',
    source: 'Abbate 2012 (impact duration index)',
    of: (s) =>
      s.first('smooth', -2, 0, (v) => Math.abs(v - 1) > 0.2) + s.last('smooth', 0, 3, (v) => Math.abs(v - 1) > 0.2),
  },
  calm_at: {
    text: 'how soon after the impact it was quiet (s)',
    source: 'Kangas 2009',
    of: (s) => s.last('smooth', 0, 3, (v) => Math.abs(v - 1) > 0.08),
  },
  wake_at: {
    text: 'how long before the impact it was last quiet (s)',
    source: 'own',
    of: (s) => s.first('smooth', -3, 0, (v) => Math.abs(v - 1) > 0.1),
  },
  crossings: {
    text: 'how often light and heavy alternated (count)',
    source: 'Abbate 2012',
    of: (s) => s.crossings(-1.2, 1.2),
  },
  wide_balance: {
    text: 'light against heavy over three seconds (m/s)',
    source: 'Bourke 2008 (vertical velocity)',
    of: (s) => gravity * s.area('load', -1.5, 1.5, (v) => v - 1),
  },
  shaking: {
    text: 'mean shaking round the impact (g)',
    source: 'Karantonis 2006 (signal magnitude area)',
    of: (s) => s.mean('load', -1, 1.5, (v) => Math.abs(v - 1)),
  },
  shaking_early: {
    text: 'mean shaking before the impact (g)',
    source: 'Karantonis 2006 (signal magnitude area)',
    of: (s) => s.mean('load', -1.5, -0.5, (v) => Math.abs(v - 1)),
  },
  shaking_late: {
    text: 'mean shaking after the impact (g)',
    source: 'Karantonis 2006 (signal magnitude area)',
    of: (s) => s.mean('load', 0.5, 1.5, (v) => Math.abs(v - 1)),
  },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof figures

/** What a model takes of an impact, in this order. */
export const figureNames = Object.keys(figures) as FigureName[]

/** The figures of one impact, in the order of `figureNames`. */
export function figuresAt(grid: Grid, impact: number): Float32Array {
  const span = new Span(grid, impact)
  return Float32Array.from(figureNames, (name) => figures[name].of(span))
}
