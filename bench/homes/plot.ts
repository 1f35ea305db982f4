import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { MINUTE } from '../../simulators/life/calendar.ts'
import { quantile } from '../statistics.ts'
import { byHour, inBedByHour, lengthOf, quietStretches, type Rhythm, usesOf } from './rhythm.ts'

/** The comparison as a plot: what eight in ten of the simulated people do as a band, the real homes as lines. */

/** One point of a curve. `low` and `high`: the band. */
type Point = { curve: string; x: number; y: number; low?: number; high?: number }
type Panel = { title: string; x: 'hour' | 'minutes'; y: string; of: (rhythm: Rhythm) => Curve | undefined }
type Curve = readonly { x: number; y: number }[]

const SIMULATED = 'simulated: median, and 8 in 10 people'
/** Readable side by side for the colour-blind (Okabe and Ito). */
const colours = ['#d55e00', '#0072b2', '#009e73', '#5b6b7f']
const INK = '#3d4a5a'

const hourly = (values: readonly number[] | undefined): Curve | undefined =>
  values?.map((y, hour) => ({ x: hour + 0.5, y }))

/** Share of the gaps that are longer than so many minutes, from 5 seconds to 16 hours. */
function gapsLonger(rhythm: Rhythm): Curve {
  const gaps = quietStretches(rhythm).map((span) => lengthOf(span) / MINUTE)
  const limits = Array.from({ length: 61 }, (_, n) => 10 ** (-1.1 + n * 0.068))
  return limits.map((x) => ({ x, y: gaps.filter((gap) => gap > x).length / gaps.length }))
}

const panels: readonly Panel[] = [
  {
    title: 'All events',
    x: 'hour',
    y: 'events an hour',
    of: (r) =>
      hourly(
        byHour(
          r,
          r.events.map(({ at }) => at),
        ),
      ),
  },
  { title: 'In bed', x: 'hour', y: 'share of the days', of: (r) => hourly(inBedByHour(r)) },
  { title: 'Toilet flushed', x: 'hour', y: 'uses an hour', of: (r) => hourly(byHour(r, usesOf(r, 'toilet'))) },
  {
    title: 'Fridge or freezer opened',
    x: 'hour',
    y: 'uses an hour',
    of: (r) => hourly(byHour(r, usesOf(r, 'fridge'))),
  },
  { title: 'Front door opened', x: 'hour', y: 'uses an hour', of: (r) => hourly(byHour(r, usesOf(r, 'front_door'))) },
  { title: 'Gaps between events', x: 'minutes', y: 'share that is longer', of: gapsLonger },
]

function pointsOf(panel: Panel, real: readonly Rhythm[], simulated: readonly Rhythm[]): Point[] {
  const people = simulated.map(panel.of).filter((curve) => curve !== undefined)
  const middle = (people[0] ?? []).map(({ x }, n): Point => {
    const values = people.map((curve) => curve[n]?.y ?? Number.NaN)
    const [low, y, high] = [0.1, 0.5, 0.9].map((share) => quantile(values, share))
    return { curve: SIMULATED, x, y: y ?? 0, low, high }
  })
  const homes = real.flatMap((home) => (panel.of(home) ?? []).map((point): Point => ({ curve: home.name, ...point })))
  return [...middle, ...homes]
}

const axes = {
  hour: {
    title: 'hour of the day',
    scale: { domain: [0, 24], nice: false },
    axis: { values: [0, 3, 6, 9, 12, 15, 18, 21, 24] },
  },
  minutes: {
    title: 'minutes',
    scale: { type: 'log' as const, domain: [0.08, 960] },
    axis: { values: [0.1, 1, 10, 60, 600], format: '~g' },
  },
}

function panelSpec(panel: Panel, real: readonly Rhythm[], simulated: readonly Rhythm[]) {
  const x = { field: 'x', type: 'quantitative' as const, ...axes[panel.x] }
  const color = {
    field: 'curve',
    type: 'nominal' as const,
    scale: { domain: [...real.map(({ name }) => name), SIMULATED], range: colours },
    legend: {
      orient: 'bottom' as const,
      title: null,
      direction: 'horizontal' as const,
      symbolType: 'stroke',
      labelLimit: 0,
    },
  }
  const isSimulated = { filter: { field: 'curve', equal: SIMULATED } }
  return {
    title: panel.title,
    width: 400,
    height: 170,
    data: { values: pointsOf(panel, real, simulated) },
    layer: [
      {
        transform: [isSimulated],
        mark: { type: 'area' as const, color: colours[3], opacity: 0.22 },
        encoding: {
          x,
          y: { field: 'low', type: 'quantitative' as const, title: panel.y },
          y2: { field: 'high' },
        },
      },
      {
        mark: { type: 'line' as const, strokeWidth: 2 },
        encoding: { x, y: { field: 'y', type: 'quantitative' as const, title: panel.y }, color },
      },
    ],
  }
}

function specOf(real: readonly Rhythm[], simulated: readonly Rhythm[]): TopLevelSpec {
  return {
    description:
      'Rhythm of three real homes against simulated people: events by hour of the day, and gaps between them',
    background: '#ffffff',
    padding: { left: 24, right: 24, top: 20, bottom: 20 },
    columns: 2,
    align: 'all',
    bounds: 'flush',
    spacing: { row: 92, column: 80 },
    concat: panels.map((panel) => panelSpec(panel, real, simulated)),
    config: {
      font: "system-ui, -apple-system, 'Segoe UI', sans-serif",
      title: { anchor: 'start', frame: 'group', color: '#16202c', fontSize: 15, fontWeight: 600, offset: 10 },
      axis: {
        labelColor: INK,
        titleColor: INK,
        labelFontSize: 11,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        gridColor: '#e6eaef',
        domainColor: '#9aa7b5',
        tickColor: '#9aa7b5',
      },
      legend: { labelColor: INK, labelFontSize: 13, symbolSize: 320, symbolStrokeWidth: 3, offset: 18 },
      view: { stroke: null },
    },
  }
}

/** An SVG on a paper of its own, so that it reads on light and dark pages. Ends with a newline. */
export async function plot(real: readonly Rhythm[], simulated: readonly Rhythm[]): Promise<string> {
  const view = new View(parse(compile(specOf(real, simulated)).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
