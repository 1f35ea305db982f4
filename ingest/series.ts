import type { Series } from './telemetry.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Series with points, by device and metric in code point order, whatever the database's own order is. */
export const inOrder = (series: Series[]): Series[] =>
  series
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => compare(a.device, b.device) || compare(a.metric, b.metric))
