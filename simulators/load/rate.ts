import { createHome, type HomePlan } from '../home/home.ts'

/** The rate is told from so many homes, spread over all. */
const SAMPLE = 30
/** It is told from this span of their lives, after they have settled, ms. */
const SETTLE = 5 * 60_000
const SPAN = 30 * 60_000
const SPAN_LEAST = 60_000
/** How slow and how fast devices can be made: a factor on their regular intervals. */
export const PACE_LEAST = 0.01
export const PACE_MOST = 100
/** Guesses at the pace; each begins where the last one ended. */
const GUESSES = 4

/** The same homes with every device's regular intervals multiplied by `pace`. */
export const atPace = (homes: readonly HomePlan[], pace: number): HomePlan[] =>
  homes.map((home) => ({
    ...home,
    devices: home.devices.map((device) => ({
      ...device,
      traits: { ...device.traits, pace: (device.traits?.pace ?? 1) * pace },
    })),
  }))

function messagesOf(plan: HomePlan, life: { seed: number; startAt: number }, span: number): number {
  const home = createHome(plan, life)
  home.step(life.startAt + SETTLE)
  return home.step(life.startAt + SETTLE + span).filter(({ what }) => what === 'message').length
}

/** Messages a second of homes at a pace, at this hour of their lives, told from a sample of them. */
export function rateOf(homes: readonly HomePlan[], pace: number, life: { seed: number; startAt: number }): number {
  const every = Math.max(1, Math.floor(homes.length / SAMPLE))
  const sample = homes.filter((_, n) => n % every === 0)
  const span = Math.max(SPAN_LEAST, SPAN * Math.min(1, pace))
  const messages = atPace(sample, pace).reduce((sum, home) => sum + messagesOf(home, life, span), 0)
  return sample.length === 0 ? 0 : (messages / (span / 1_000)) * (homes.length / sample.length)
}

export type Paced = { pace: number; rate: number }

/** Secant in 1 / pace, in which what is reported regularly grows straight and what people cause stays the same. */
function nextGuess(target: number, a: Paced, b: Paced): number {
  const regular = (a.rate - b.rate) / (1 / a.pace - 1 / b.pace)
  const caused = a.rate - regular / a.pace
  const pace = target > caused ? regular / (target - caused) : PACE_MOST
  return Math.min(PACE_MOST, Math.max(PACE_LEAST, pace))
}

/**
 * The pace at which homes come near `target` messages a second, and the rate that they then have. `rateAt` tells the
 * rate at a pace. Where no pace comes near, the nearest that there is.
 */
export function paceFor(target: number, rateAt: (pace: number) => number): Paced {
  const at = (pace: number): Paced => ({ pace, rate: rateAt(pace) })
  const tried = [at(2), at(1)]
  for (let n = 0; n < GUESSES; n++) {
    const pace = nextGuess(target, tried.at(-1)!, tried.at(-2)!)
    if (tried.some((before) => before.pace === pace)) break
    tried.push(at(pace))
  }
  const miss = ({ rate }: Paced) => Math.abs(rate - target)
  return tried.reduce((best, paced) => (miss(paced) < miss(best) ? paced : best))
}
