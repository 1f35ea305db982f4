import { seededRandom, seedOf } from '../../domain/random.ts'
import { felt, type Report, type Senses } from './device.ts'
import { AFTER_S, impactWindow, peakOf } from './impact.ts'
import type { Jolt, Sensor } from './impact_profiles.ts'

/** A shake that woke the accelerometer, and when the window after it is full (epoch ms). */
export type Shake = { jolt: Jolt; at: number; sureAt: number; seed: number }

/** What came of a shake: the window, and whether the wearer lies still after it. */
export type Examined = { report: Report; jolt: Jolt; still: boolean; chance: number }

/** Below this a shake is daily life and wakes nothing, g. */
const WAKES_AT = 2
/** Somebody who moves less than this after an impact lies still (effort, 0 to 100). */
const STILL = 10
/** Time that the firmware takes to judge a full window, at most, ms. */
const THINKS = 900

/** The shake that a change was for this device, if it was one. The seed keeps its chance apart from all other chance. */
export function shakeOf(senses: Senses, seed: number): Shake | undefined {
  const jolt = felt(senses)
  if (jolt === undefined || jolt === 'slide') return undefined
  const own = seedOf(seed, senses.at)
  const thinks = Math.floor(seededRandom(own)() * THINKS)
  return { jolt, at: senses.at, sureAt: senses.at + AFTER_S * 1_000 + thinks, seed: own }
}

function isStill({ scene, wearer }: Senses): boolean {
  const figure = scene.figures.find(({ who }) => who === wearer)
  return figure !== undefined && figure.effort < STILL && figure.posture !== 'standing'
}

/** Looks at a shake whose window is full; undefined where it was too weak to wake the device. */
export function examine({ jolt, at, seed }: Shake, senses: Senses, sensor: Sensor): Examined | undefined {
  const random = seededRandom(seedOf(seed, 'window'))
  const still = isStill(senses)
  const window = impactWindow(jolt, sensor, still ? 'lies' : 'gets_up', random)
  if (peakOf(window) < WAKES_AT) return undefined
  return { report: { kind: 'motion', window, ago: senses.at - at }, jolt, still, chance: random() }
}
