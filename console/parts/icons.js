// @ts-check
import { el } from './dom.js'

/**
 * Severity by shape as well as by colour: an octagon, a triangle, a diamond, a circle; like the signs on a road.
 * @typedef {import('../../domain/signals.ts').Severity} Severity
 * @type {Record<Severity, string>}
 */
const outlines = {
  critical: 'M9.4 2h13.2L32 9.4v13.2L22.6 30H9.4L0 22.6V9.4z',
  high: 'M16 1 31.5 29H.5z',
  medium: 'M16 .5 31.5 16 16 31.5.5 16z',
  low: 'M16 1a15 15 0 1 1 0 30 15 15 0 0 1 0-30z',
}

/** @type {Record<Severity, string>} */
const marks = {
  critical: 'M16 8v10M16 23.2v.6',
  high: 'M16 11v8M16 24v.6',
  medium: 'M16 9v8.5M16 22.4v.6',
  low: 'M16 14v9M16 8.6v.6',
}

/** @param {Severity} severity */
export const severityIcon = (severity) =>
  el(
    'svg',
    { class: `severity-icon ${severity}`, viewBox: '0 0 32 32', 'aria-hidden': 'true' },
    el('path', { class: 'outline', d: outlines[severity] }),
    el('path', { class: 'mark', d: marks[severity] }),
  )

const drawings = {
  speaker: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12',
  silent: 'M4 9v6h4l5 4V5L8 9zM17 9.5l5 5M22 9.5l-5 5',
  link: 'M3 12h4l2-5 4 11 3-8 1.5 2H21',
  cut: 'M12 4v9M12 18.2v.4',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  back: 'M14 5l-7 7 7 7',
  phone: 'M6 3h3l2 5-2.5 2a12 12 0 0 0 5.500 5.500L16 13l5 2v3a3 3 0 0 1-3 3C10.500 21 3 13.500 3 6a3 3 0 0 1 3-3z',
  work: 'M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6zM10 20a2.200 2.200 0 0 0 4 0',
  wall: 'M3 5h18v11H3zM9 20h6M12 16v4',
  people: 'M3 11l9-7 9 7M5.500 9.500V20h13V9.500M10 20v-6h4v6',
  dispatch: 'M4 7h6M4 12h10M4 17h16M17 4l4 3-4 3',
  reports: 'M4 20h16M6.500 16v-5M12 16V6M17.500 16V9',
  system: 'M4 6h16v5H4zM4 14h16v5H4zM7.500 8.500h.1M7.500 16.500h.1',
  search: 'M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500L20 20',
}

/** @typedef {keyof typeof drawings} IconName */

/** @param {IconName} name */
export const icon = (name) =>
  el('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, el('path', { d: drawings[name] }))
