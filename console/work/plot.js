// @ts-check
import { el } from '../parts/dom.js'

/**
 * Points as SVG. Drawn in a box of 300 × 60 that the page stretches; strokes keep their width.
 * @typedef {{ from: number, to: number }} Window epoch ms
 * @typedef {[at: number, value: number]} Point
 */

const width = 300
const height = 60
/** A line is broken where a device said nothing for this many of its usual steps, and never for less than three minutes. */
const stepsOfSilence = 4
const silenceMs = 180_000
/** How long a yes or no is drawn beyond its report, where no other follows. */
const holdMs = 300_000

/** @param {number} at @param {Window} window */
const across = (at, { from, to }) => Math.min(width, Math.max(0, ((at - from) / (to - from)) * width))

/** @param {number[]} marks when signals came @param {Window} window @param {Node[]} drawing */
function box(marks, window, drawing) {
  const inside = marks.filter((at) => at >= window.from && at <= window.to)
  const lines = inside.map((at) => {
    const x = across(at, window).toFixed(1)
    return el('line', { class: 'signal-mark', x1: x, x2: x, y1: 0, y2: height })
  })
  return el(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...drawing,
    ...lines,
  )
}

/** @param {Point[]} points @param {Window} window @param {number[]} marks */
export function line(points, window, marks) {
  const values = points.map(([, value]) => value)
  const { low, span } = scale(Math.min(...values), Math.max(...values))
  const place = (/** @type {Point} */ [at, value]) =>
    `${across(at, window).toFixed(1)} ${(height - 4 - ((value - low) / span) * (height - 8)).toFixed(1)}`
  const path = pieces(points).map((piece) => `M${piece.map(place).join('L')}${piece.length === 1 ? 'h0' : ''}`)
  return box(marks, window, [el('path', { class: 'line', d: path.join('') })])
}

/** Room above and below, and never so little that noise looks like a storm. @param {number} min @param {number} max */
function scale(min, max) {
  const least = Math.max(Math.abs(max) * 0.1, 1)
  const span = Math.max(max - min, least)
  return { low: (min + max) / 2 - span / 2, span }
}

/** The points cut where nothing was reported, so that no line is drawn over what nobody knows. @param {Point[]} points */
export function pieces(points) {
  const steps = points.slice(1).map(([at], i) => at - (points[i]?.[0] ?? at))
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  const longest = Math.max(silenceMs, usual * stepsOfSilence)
  /** @type {Point[][]} */
  const cut = []
  points.forEach((point, i) => {
    const piece = cut.at(-1)
    if (piece && (steps[i - 1] ?? 0) <= longest) piece.push(point)
    else cut.push([point])
  })
  return cut
}

/** @param {Point[]} points @param {Window} window @param {number[]} marks */
export function bars(points, window, marks) {
  const rects = points.map(([at, value], i) => {
    const until = Math.min(points[i + 1]?.[0] ?? window.to, at + holdMs)
    const x = across(at, window)
    const yes = value >= 0.5
    const tall = yes ? height - 16 : 4
    const wide = Math.max(1, across(until, window) - x)
    return el('rect', {
      class: yes ? 'yes' : 'no',
      x: x.toFixed(1),
      y: height - 6 - tall,
      width: wide.toFixed(1),
      height: tall,
    })
  })
  return box(marks, window, rects)
}
