import { type Report, trialTitles } from './report.ts'

/** The picture's size and rows, in its own units. */
const WIDTH = 960
const HEIGHT = 118
const ROW = { title: 12, bars: 46, strokes: 70, axis: 112 }
const BAR = 14
const STROKE = 24
/** Narrower fields have no room for a name; it is in their tooltip. */
const NAMED_FROM = 48
/** Width of a letter of the names, on average. */
const LETTER = 5.6

/** The run as a drawing in SVG: trials as fields, connections as bars, messages as strokes. */
export function picture(report: Report): string {
  const [from, to] = [Date.parse(report.began_at), Date.parse(report.ended_at)]
  const x = (time: string): number => rounded(((Date.parse(time) - from) / Math.max(1, to - from)) * WIDTH)
  const width = (since: string, until: string): number => Math.max(1, rounded(x(until) - x(since)))
  const fields = report.trials.map(({ trial, from: since, to: until }, index) => {
    const title = trialTitles[trial] ?? trial
    const shade = index % 2 === 0 ? 1 : 0.45
    const name =
      width(since, until) >= Math.max(NAMED_FROM, title.length * LETTER)
        ? `<text x="${x(since) + 4}" y="${ROW.title + 12}">${title}</text>`
        : ''
    return `<g><title>${title}</title><rect class="field" opacity="${shade}" x="${x(since)}" y="${ROW.title}" width="${width(since, until)}" height="88"/>${name}</g>`
  })
  const bars = report.connections.map(
    ({ opened_at, ended_at, accepted, tls }) =>
      `<rect class="${accepted ? 'up' : 'refused'}" x="${x(opened_at)}" y="${ROW.bars}" width="${width(opened_at, ended_at)}" height="${BAR}"><title>${opened_at.slice(11, 23)} ${tls ? 'TLS' : 'plain TCP'}, ${accepted ? 'accepted' : 'not accepted'}</title></rect>`,
  )
  const strokes = (['readings', 'status', 'signal'] as const).map((kind) => {
    const path = report.messages
      .filter((message) => message.kind === kind)
      .map(({ at }) => `M${x(at)} ${ROW.strokes}v${STROKE}`)
    return `<path class="${kind}" d="${path.join('')}"/>`
  })
  const label = `Connections and messages from ${report.began_at} to ${report.ended_at}`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${[...fields, ...bars, ...strokes, ...axis(from, to)].join('')}</svg>`
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** Times at the two ends and in the middle. */
function axis(from: number, to: number): string[] {
  const marks = [
    { at: from, x: 0, anchor: 'start' },
    { at: (from + to) / 2, x: WIDTH / 2, anchor: 'middle' },
    { at: to, x: WIDTH, anchor: 'end' },
  ]
  return marks.map(
    ({ at, x, anchor }) =>
      `<text x="${x}" y="${ROW.axis}" text-anchor="${anchor}">${new Date(at).toISOString().slice(11, 19)}</text>`,
  )
}
