import type { Decoded, Motion } from '../../domain/message.ts'
import { type EntryContext, isGiven, refuse, settle, shown } from '../build.ts'

/** Samples a second that an accelerometer worn or mounted can give. */
const rate = { min: 1, max: 1_000 }
/** The widest range of shock sensors on the market, in g. */
const rangeMost = 400
const placementChars = 64

/** Units of acceleration, as the factor that makes g of them. Standard gravity is 9.80665 m/s². */
const inG = new Map<unknown, number>([
  [undefined, 1],
  [null, 1],
  ['g', 1],
  ['m/s2', 1 / 9.80665],
])

/**
 * Takes an accelerometer window. Axes, unit or rate that cannot be used refuse the window; a broken `at`, `range_g` or
 * `placement` costs only itself, because the window may be all there is of a fall.
 */
export function takeMotion(decoded: Decoded, entry: Record<string, unknown>, context: EntryContext): void {
  const samples = readSamples(decoded, entry, context.where)
  if (!samples) return
  const at = settle(context.deviceAt, context.receivedAt)
  decoded.motions.push({ at, ...samples, ...readRange(decoded, entry, context.where) })
}

type Samples = Pick<Motion, 'rate_hz' | 'x' | 'y' | 'z'>

function readSamples(decoded: Decoded, entry: Record<string, unknown>, where: string): Samples | undefined {
  const { unit, rate_hz } = entry
  const factor = inG.get(unit)
  if (factor === undefined) return refuse(decoded, 'payload_invalid', `${where}unit: neither "g" nor "m/s2"`)
  if (typeof rate_hz !== 'number' || !(rate_hz >= rate.min && rate_hz <= rate.max)) {
    return refuse(decoded, 'payload_invalid', `${where}rate_hz: not a number from ${rate.min} to ${rate.max}`)
  }
  const [x, y, z] = (['x', 'y', 'z'] as const).map((name) => readAxis(decoded, name, entry[name], where))
  if (!x || !y || !z) return undefined
  if (x.length !== y.length || y.length !== z.length) {
    return refuse(decoded, 'payload_invalid', `${where}x, y and z: of different lengths`)
  }
  const inUnit = (axis: number[]): number[] => (factor === 1 ? axis : axis.map((value) => value * factor))
  return { rate_hz, x: inUnit(x), y: inUnit(y), z: inUnit(z) }
}

function readAxis(decoded: Decoded, name: string, axis: unknown, where: string): number[] | undefined {
  if (!Array.isArray(axis) || axis.length === 0) {
    return refuse(decoded, 'payload_invalid', `${where}${name}: not a list of numbers`)
  }
  const bad = axis.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return axis
  return refuse(decoded, 'value_not_a_number', `${where}${name}[${bad}]: ${shown(axis[bad])}`)
}

function readRange(
  decoded: Decoded,
  { range_g, placement }: Record<string, unknown>,
  where: string,
): Pick<Motion, 'range_g' | 'placement'> {
  const found: Pick<Motion, 'range_g' | 'placement'> = {}
  if (typeof range_g === 'number' && range_g > 0 && range_g <= rangeMost) found.range_g = range_g
  else if (isGiven(range_g)) refuse(decoded, 'payload_invalid', `${where}range_g: not a range in g`)
  if (typeof placement === 'string' && placement.length <= placementChars) found.placement = placement
  else if (isGiven(placement)) refuse(decoded, 'payload_invalid', `${where}placement: not a short text`)
  return found
}
