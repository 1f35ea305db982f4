import type { Random } from '../../domain/random.ts'
import type { MotionWindow } from './device.ts'
import { type Jolt, type Profile, profiles, type Sensor, type Skewed, type Span } from './impact_profiles.ts'

/**
 * What an accelerometer on a person feels around an impact, in g. Gravity turns with the body; it fades while the body
 * falls; the blow rings out; then there is stillness, with breath in it, or somebody who gets up.
 */

/** What follows: somebody who stays there, or gets up. */
export type Aftermath = 'lies' | 'gets_up'

/** Seconds of the window before the impact and after it. */
export const BEFORE_S = 3
export const AFTER_S = 3

type Vector = readonly [number, number, number]
type Blow = { at: number; height: number; width: number; toward: Vector }

const skewed = ([median, sigma]: Skewed, random: Random): number => median * Math.exp(sigma * normal(random))
const within = ([least, most]: Span, random: Random): number => least + (most - least) * random()
/** A standard normal draw (Box–Muller). */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function direction(random: Random): Vector {
  const up = 2 * random() - 1
  const round = 2 * Math.PI * random()
  const flat = Math.sqrt(1 - up * up)
  return [flat * Math.cos(round), flat * Math.sin(round), up]
}

const scaled = ([x, y, z]: Vector, by: number): Vector => [x * by, y * by, z * by]
const sum = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** A direction at right angles to `from`. */
function across(from: Vector, random: Random): Vector {
  const any = direction(random)
  const rest = sum(any, scaled(from, -dot(any, from)))
  const length = Math.hypot(...rest)
  return length < 1e-6 ? across(from, random) : scaled(rest, 1 / length)
}

/** The blows: the first at 0 s; lesser ones round it, for hands, hips and head; claps at their own pace to both sides. */
function blowsOf(jolt: Jolt, profile: Profile, down: Vector, random: Random): Blow[] {
  const first = skewed(profile.blow, random)
  const count = Math.round(within(profile.more, random))
  const pace = within([0.22, 0.4], random)
  const begins = Math.floor(count * random())
  const blow = (at: number, height: number): Blow => {
    const toward = sum(scaled(down, 0.8), scaled(across(down, random), within([0, 1.2], random)))
    return { at, height, width: within(profile.width, random), toward: scaled(toward, 1 / Math.hypot(...toward)) }
  }
  const others = Array.from({ length: count }, (_, n) =>
    jolt === 'claps'
      ? blow((n < begins ? n - begins : n - begins + 1) * pace, first * within([0.5, 0.95], random))
      : blow(within([-0.1, 0.5], random), first * within([0.1, 0.5], random)),
  )
  return [blow(0, first), ...others]
}

/** A blow at `t` seconds: half a sine up, then a ring that dies away. */
function struck({ at, height, width, toward }: Blow, t: number): Vector {
  const since = t - at
  if (since < -width / 2 || since > 1) return [0, 0, 0]
  if (since <= width / 2) return scaled(toward, height * Math.cos((Math.PI * since) / width))
  const after = since - width / 2
  return scaled(toward, -0.4 * height * Math.sin((Math.PI * after) / width) * Math.exp(-after / (1.5 * width)))
}

/** From 0 to 1, smoothly, while `t` goes from `from` to `to`. */
function eased(t: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, (t - from) / (to - from)))
  return share * share * (3 - 2 * share)
}

/** The parts of one impact, drawn once. Times in seconds from the blow. */
type Course = {
  down: Vector
  aside: Vector
  turn: number
  dip: number
  dipLasts: number
  stirs: number
  cadence: number
  breath: number
  noise: number
  fidgets: number
  blows: Blow[]
  aftermath: Aftermath
}

function drawCourse(jolt: Jolt, sensor: Sensor, aftermath: Aftermath, random: Random): Course {
  const profile = profiles[sensor.placement][jolt]
  const down = direction(random)
  return {
    down,
    aside: across(down, random),
    turn: (within(profile.turn, random) * Math.PI) / 180,
    dip: within(profile.dip, random),
    dipLasts: within(profile.dipLasts, random),
    stirs: skewed(random() < profile.walks ? profile.walking : profile.resting, random),
    fidgets: Math.min(0.3, skewed(profile.fidgets, random)),
    cadence: within([1.5, 2.1], random),
    breath: within([0.2, 0.33], random),
    noise: within([0.004, 0.012], random),
    blows: blowsOf(jolt, profile, down, random),
    aftermath,
  }
}

/** Gravity in the sensor's own axes, faded while the body falls. */
function gravity({ down, aside, turn, dip, dipLasts }: Course, t: number): Vector {
  const angle = turn * eased(t, -dipLasts, 0.25)
  const turned = sum(scaled(down, Math.cos(angle)), scaled(aside, Math.sin(angle)))
  const fading = t < 0 ? eased(t, -dipLasts, -0.3 * dipLasts) * (1 - eased(t, -0.04, 0)) : 0
  return scaled(turned, 1 - dip * fading)
}

/** How lively the body is at `t`: walking until it falls, and again when it gets up. */
function liveliness({ stirs, fidgets, dipLasts, aftermath }: Course, t: number): number {
  const before = stirs * (1 - eased(t, -dipLasts, 0))
  const settling = 0.12 * eased(t, 0, 0.1) * Math.exp(-t / 0.5)
  const after = aftermath === 'gets_up' ? 0.25 * eased(t, 0.6, 1.4) : fidgets * eased(t, 0.5, 1.5)
  return before + (t > 0 ? settling : 0) + after
}

function sampleAt(course: Course, t: number, random: Random): Vector {
  const { down, aside, cadence, breath, noise } = course
  const swing =
    liveliness(course, t) *
    Math.sin(2 * Math.PI * (t > 0 ? breath * (course.aftermath === 'lies' ? 1 : 4) : cadence) * t)
  const parts = [
    gravity(course, t),
    scaled(down, swing),
    scaled(aside, 0.5 * swing),
    ...course.blows.map((blow) => struck(blow, t)),
    scaled([normal(random), normal(random), normal(random)], noise + 0.3 * liveliness(course, t)),
  ]
  return parts.reduce(sum)
}

/** What the sensor gives out: clipped at its range, in steps of a milli-g. */
const measured = (value: number, { range_g }: Sensor): number =>
  Number(Math.min(range_g, Math.max(-range_g, value)).toFixed(3))

/** The window round an impact, the blow `BEFORE_S` seconds after its first sample. */
export function impactWindow(jolt: Jolt, sensor: Sensor, aftermath: Aftermath, random: Random): MotionWindow {
  const course = drawCourse(jolt, sensor, aftermath, random)
  const samples = Array.from({ length: (BEFORE_S + AFTER_S) * sensor.rate_hz }, (_, n) =>
    sampleAt(course, n / sensor.rate_hz - BEFORE_S, random),
  )
  const axis = (n: 0 | 1 | 2): number[] => samples.map((sample) => measured(sample[n], sensor))
  return { ...sensor, unit: 'g', x: axis(0), y: axis(1), z: axis(2) }
}

/** The hardest shake in a window, g. */
export const peakOf = ({ x, y, z }: MotionWindow): number =>
  x.reduce((peak, value, n) => Math.max(peak, Math.hypot(value, y[n] ?? 0, z[n] ?? 0)), 0)
