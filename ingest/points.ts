import type { Point, RefusedPoint, Series } from './telemetry.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Series with points, by device and metric in code point order, whatever the database's own order is. */
export const inOrder = (series: Series[]): Series[] =>
  series
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => compare(a.device, b.device) || compare(a.metric, b.metric))

const canBeHeld = ({ at, value }: Point): boolean => Number.isFinite(value) && Number.isSafeInteger(at)

/** Points that any database can hold, and those that none can: one of them would fail the whole batch for ever. */
export function sortOut(points: Point[]): { good: Point[]; refused: RefusedPoint[] } {
  if (points.every(canBeHeld)) return { good: points, refused: [] }
  const refused = points.filter((point) => !canBeHeld(point))
  return {
    good: points.filter(canBeHeld),
    refused: refused.map((point) => ({ point, reason: 'value or instant is not finite' })),
  }
}
