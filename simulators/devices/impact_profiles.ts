/**
 * The figures behind simulated impacts, set by comparison with recorded falls and daily life: `npm run bench -- impacts`,
 * docs/RealLife.md.
 */

/** Where it is worn and what it can measure. */
export type Sensor = { rate_hz: number; range_g: number; placement: 'wrist' | 'waist' }
export const sensors = {
  watch: { rate_hz: 50, range_g: 4, placement: 'wrist' },
  pendant: { rate_hz: 100, range_g: 16, placement: 'waist' },
} as const satisfies Record<string, Sensor>

/** What shakes an accelerometer; a slide does not. */
export type Jolt = 'fall' | 'sits_hard' | 'claps'

/** From the least to the most, evenly; or a median and the sigma of its logarithm. Every impact draws its own. */
export type Span = readonly [number, number]
export type Skewed = readonly [number, number]
export type Profile = {
  /** Share of those who walk or gesture before it, the swing of that, and of those who sit or stand, g. */
  walks: number
  walking: Skewed
  resting: Skewed
  /** How much of gravity is lost on the way down, 0 to 1, and for how long, s. */
  dip: Span
  dipLasts: Span
  /** The first blow above gravity, g, how long a blow lasts, s, and how many lesser ones are round it. */
  blow: Skewed
  width: Span
  more: Span
  /** How far the body turns, degrees. */
  turn: Span
  /** How a body that stays there fidgets, g. */
  fidgets: Skewed
}

const waist = { walks: 0.5, walking: [0.3, 0.25], resting: [0.004, 0.6], fidgets: [0.003, 0.5] } as const
const wrist = { walks: 0.6, walking: [0.2, 0.35], resting: [0.01, 0.9], fidgets: [0.03, 1.4] } as const

export const profiles: Record<Sensor['placement'], Record<Jolt, Profile>> = {
  waist: {
    fall: {
      ...waist,
      dip: [0.3, 0.98],
      dipLasts: [0.1, 0.55],
      blow: [5.3, 0.58],
      width: [0.06, 0.16],
      more: [1, 3],
      turn: [72, 110],
    },
    sits_hard: {
      ...waist,
      walks: 0.05,
      dip: [0.05, 0.8],
      dipLasts: [0.1, 0.4],
      blow: [1.75, 0.55],
      width: [0.06, 0.14],
      more: [0, 2],
      turn: [0, 25],
    },
    claps: {
      ...waist,
      walks: 0,
      dip: [0, 0],
      dipLasts: [0.1, 0.2],
      blow: [0.1, 0.3],
      width: [0.03, 0.06],
      more: [8, 20],
      turn: [0, 5],
    },
  },
  wrist: {
    fall: {
      ...wrist,
      dip: [0.15, 0.9],
      dipLasts: [0.1, 0.5],
      blow: [6, 0.4],
      width: [0.08, 0.22],
      more: [1, 4],
      turn: [35, 135],
    },
    sits_hard: {
      ...wrist,
      walks: 0.1,
      resting: [0.05, 0.6],
      dip: [0, 0.65],
      dipLasts: [0.08, 0.25],
      blow: [2, 0.5],
      width: [0.06, 0.14],
      more: [0, 3],
      turn: [0, 60],
    },
    claps: {
      ...wrist,
      dip: [0, 0.2],
      dipLasts: [0.05, 0.1],
      blow: [3.5, 0.3],
      width: [0.03, 0.12],
      more: [8, 24],
      turn: [0, 100],
    },
  },
}
