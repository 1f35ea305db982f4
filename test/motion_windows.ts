import { type Random, seededRandom } from '../domain/random.ts'

/** Accelerometer windows made by formula: what a body does, sampled by any sensor. */

type Vector = readonly [number, number, number]

/** A movement: the vector felt at a second, in g. */
export type Movement = { seconds: number; at(second: number): Vector }

type Sensor = { rate_hz?: number; range_g?: number; noise?: number; random?: Random; turn?: (vector: Vector) => Vector }

/** The window that a sensor makes of a movement. */
export function windowOf({ seconds, at }: Movement, sensor: Sensor = {}) {
  const { rate_hz = 50, range_g = 8, noise = 0.01, random = seededRandom(1), turn = (v) => v } = sensor
  const vectors = Array.from({ length: Math.floor(seconds * rate_hz) }, (_, n) =>
    turn(at(n / rate_hz)).map((value) => {
      return Math.max(-range_g, Math.min(range_g, value + noise * (2 * random() - 1)))
    }),
  )
  const axis = (index: number): number[] => vectors.map((vector) => vector[index]!)
  return { at: 0, rate_hz, range_g, x: axis(0), y: axis(1), z: axis(2) }
}

/** A bump of height 1 at `middle`, so many seconds wide. */
const bump = (second: number, middle: number, width: number): number => Math.exp(-(((second - middle) / width) ** 2))

const smoothStep = (share: number): number => {
  const x = Math.max(0, Math.min(1, share))
  return x * x * (3 - 2 * x)
}

/** Stands, falls to the side at 4 s, hits the ground at 4.7 s and lies still to the end. */
export const fallsAndLies: Movement = {
  seconds: 12,
  at: (second) => {
    const angle = (Math.PI / 2) * smoothStep((second - 4) / 0.75)
    const load = 1 - 0.85 * bump(second, 4.4, 0.22) + 3.2 * bump(second, 4.75, 0.06) + 0.7 * bump(second, 5.0, 0.08)
    return [load * Math.sin(angle), 0.1, load * Math.cos(angle)]
  },
}

/** Walks for the whole window: two steps a second, an arm that swings. */
export const walks: Movement = {
  seconds: 12,
  at: (second) => {
    const step = Math.sin(2 * Math.PI * 2 * second)
    const swing = 0.4 * Math.sin(2 * Math.PI * second)
    return [swing, 0.2 + 0.1 * step, 1 + 0.25 * step + 0.4 * Math.max(0, step) ** 6]
  },
}

/** Claps in front of the chest three times a second for four seconds, before and after which the hands rest. */
export const claps: Movement = {
  seconds: 12,
  at: (second) => {
    const isClapping = second > 3 && second < 7
    const phase = ((second - 3) * 3) % 1
    const blow = isClapping ? 3 * bump(phase, 0.5, 0.08) - 0.5 * Math.sin(2 * Math.PI * phase) : 0
    return [blow, 0.5, 0.85]
  },
}

/** Sits down hard at 5 s: a short blow from below, upright before and after, and then moves a little. */
export const sitsDownHard: Movement = {
  seconds: 12,
  at: (second) => {
    const lean = 0.35 * bump(second, 4.6, 0.5)
    const load = 1 - 0.25 * bump(second, 4.6, 0.2) + 1.1 * bump(second, 5, 0.07)
    return [load * Math.sin(lean), 0.05 * Math.sin(2 * second), load * Math.cos(lean)]
  },
}

/** Falls as above, and is on the feet again from 9 s on. */
export const fallsAndGetsUp: Movement = {
  seconds: 16,
  at: (second) => {
    const up = smoothStep((second - 8) / 1.5)
    const [x, y, z] = fallsAndLies.at(second)
    const stir = 0.3 * bump(second, 8.8, 0.5) * Math.sin(9 * second)
    const angle = (Math.PI / 2) * (1 - up)
    return second < 8 ? [x, y, z] : [Math.sin(angle) + stir, y, Math.cos(angle) + stir]
  },
}
