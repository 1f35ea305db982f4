// @ts-check
import { call } from '../house/calls.js'
import { devicesOf } from '../house/directory.js'
import { el } from '../parts/dom.js'
import { loading } from '../parts/page_head.js'
import { after, now } from '../parts/time.js'
import { t, wordsOf } from '../words/words.js'
import { chartOf, sorted } from '../work/charts.js'
import { en, zh } from './people_words.js'

/**
 * The last day of a home, or of one device of it, as small charts; looked at again every minute.
 * @typedef {import('../work/readings.js').Series} Series
 */

const dayMs = 24 * 3_600_000
const refreshMs = 60_000

const w = wordsOf({ en, zh })

/** @param {{ home: string, device?: string }} of @returns {{ node: HTMLElement, stop: () => void }} */
export function dayCharts({ home, device }) {
  const node = el('div', { class: 'day-charts' }, loading())
  let stopped = false
  let cancel = () => {}
  async function refresh() {
    const to = now()
    const window = { from: to - dayMs, to }
    const query = new URLSearchParams({ from: new Date(window.from).toISOString(), every: '10m' })
    const answer = await call(`/homes/${encodeURIComponent(home)}/telemetry?${query}`).catch(() => undefined)
    if (stopped) return
    // What was there stays where the line is cut; the next round tries again.
    if (answer) draw(answer.series.map(asNumbers), window)
    cancel = after(refreshMs, () => void refresh())
  }

  /** @param {Series[]} series @param {import('../work/plot.js').Window} window */
  function draw(series, window) {
    const open = node.querySelector('details')?.open ?? false
    const { main, others } = sorted(series.filter((one) => device === undefined || one.device === device))
    const names = devicesOf(home)
    const place = (/** @type {string} */ id) => names?.find((one) => one.id === id)?.place ?? id
    const chart = (/** @type {Series} */ one) => chartOf(one, window, [], place(one.device))
    node.replaceChildren(
      ...(main.length + others.length === 0 ? [el('p', { class: 'empty' }, w('home_has_no_readings'))] : []),
      el('div', { class: 'charts' }, ...main.map(chart)),
      ...(others.length === 0
        ? []
        : [
            el(
              'details',
              { open: open || main.length === 0 },
              el('summary', {}, t('chart.more', { n: others.length })),
              el('div', { class: 'charts' }, ...others.map(chart)),
            ),
          ]),
    )
  }

  void refresh()
  return {
    node,
    stop: () => {
      stopped = true
      cancel()
    },
  }
}

/** @param {{ points: [at: string, value: number][] } & Omit<Series, 'points'>} series @returns {Series} */
const asNumbers = ({ points, ...series }) => ({
  ...series,
  points: points.map(([at, value]) => [Date.parse(at), value]),
})
