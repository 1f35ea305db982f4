// @ts-check
import { el } from './dom.js'

/**
 * Counts and shares as SVG, with their scale. What is drawn here stands in a table as well, so that the drawing itself says nothing
 * to those who cannot see it.
 * @typedef {{ label: string, value: number | null, part?: number }} Bar `value` null: nothing is known, and nothing is drawn; `part`: of it, drawn darker
 */

const width = 640
const height = 210
const [left, right, top, foot] = [54, 8, 16, 24]
const inside = { wide: width - left - right, tall: height - top - foot }
/** Labels that stand beside each other at the foot, and bars that have room for their figure above them. */
const labelsMost = 9
const figuresMost = 16

/**
 * @param {Bar[]} bars @param {{ most?: number, text: (value: number) => string }} options `most`: the top of the scale, where it is no matter of the values
 */
export function barPlot(bars, { most, text }) {
  const top1 = most ?? niceTop(Math.max(1, ...bars.map(({ value }) => value ?? 0)))
  const step = inside.wide / Math.max(1, bars.length)
  return svg(height, [
    ...scale(top1, text),
    ...bars.flatMap((bar, i) => drawn(bar, { x: left + i * step, step, top: top1, text, all: bars.length })),
    ...labels(bars, step),
  ])
}

/** @param {number} tall @param {Node[]} drawing */
const svg = (tall, drawing) =>
  el('svg', { class: 'plot', viewBox: `0 0 ${width} ${tall}`, 'aria-hidden': 'true', focusable: 'false' }, ...drawing)

/** The next 1, 2 or 5 with noughts, so that the scale has round figures. @param {number} value */
export function niceTop(value) {
  const unit = 10 ** Math.floor(Math.log10(value))
  const times = [1, 2, 4, 5, 10].find((n) => n * unit >= value) ?? 10
  return Math.max(2, times * unit)
}

/** @param {number} most @param {(value: number) => string} text */
const scale = (most, text) =>
  [0, 0.5, 1].flatMap((share) => {
    const y = top + inside.tall * (1 - share)
    return [
      el('line', { class: 'grid', x1: left, x2: width - right, y1: y, y2: y }),
      el('text', { class: 'scale', x: left - 6, y: y + 4, 'text-anchor': 'end' }, text(most * share)),
    ]
  })

/** @param {Bar} bar @param {{ x: number, step: number, top: number, text: (value: number) => string, all: number }} place */
function drawn({ value, part = 0 }, { x, step, top: most, text, all }) {
  if (value === null) return []
  const room = Math.min(step * 0.28, 14)
  const box = (/** @type {number} */ of, /** @type {string} */ name) => {
    const tall = of === 0 ? 0 : Math.max(2, (of / most) * inside.tall)
    return el('rect', {
      class: name,
      x: (x + room / 2).toFixed(1),
      y: (top + inside.tall - tall).toFixed(1),
      width: Math.max(1, step - room).toFixed(1),
      height: tall.toFixed(1),
    })
  }
  const y = top + inside.tall - (value / most) * inside.tall - 4
  return [
    box(value, 'bar'),
    part > 0 && box(part, 'bar-part'),
    all <= figuresMost && el('text', { class: 'figure', x: x + step / 2, y, 'text-anchor': 'middle' }, text(value)),
  ].filter((node) => node instanceof Node)
}

/** @param {Bar[]} bars @param {number} step */
function labels(bars, step) {
  const every = Math.ceil(bars.length / labelsMost)
  return bars.flatMap(({ label }, i) =>
    i % every === 0
      ? [el('text', { class: 'scale', x: left + (i + 0.5) * step, y: height - 6, 'text-anchor': 'middle' }, label)]
      : [],
  )
}

const strengths = 5

/**
 * Seven days of 24 hours: how many in each. The figure stands in each field, and its ground says it from afar.
 * @param {number[][]} hours @param {string[]} days
 */
export function heatMap(hours, days) {
  const most = Math.max(1, ...hours.flat())
  const field = { wide: inside.wide / 24, tall: 26 }
  const cells = hours.flatMap((of, day) =>
    of.flatMap((n, hour) => {
      const [x, y] = [left + hour * field.wide, day * field.tall]
      const strength = n === 0 ? 0 : Math.ceil((n / most) * strengths)
      const size = { x: x + 1, y: y + 1, width: field.wide - 2, height: field.tall - 2, rx: 3 }
      return [
        el('rect', { class: `heat heat-${strength}`, ...size }),
        n > 0 && el('text', { class: 'figure', x: x + field.wide / 2, y: y + 17, 'text-anchor': 'middle' }, n),
      ].filter((node) => node instanceof Node)
    }),
  )
  const names = days.map((name, day) =>
    el('text', { class: 'scale', x: left - 6, y: day * field.tall + 17, 'text-anchor': 'end' }, name),
  )
  const feet = [0, 6, 12, 18].map((hour) =>
    el('text', { class: 'scale', x: left + hour * field.wide + 2, y: 7 * field.tall + 15 }, `${hour}:00`),
  )
  return svg(7 * field.tall + 22, [...cells, ...names, ...feet])
}
