// @ts-check

import { answerWithinMs } from '../house/rules.js'
import { sinceClock } from '../parts/clocks.js'
import { byId, el, fill, keyCap, set } from '../parts/dom.js'
import { icon, severityIcon } from '../parts/icons.js'
import { now } from '../parts/time.js'
import { clockText, timeText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'

/**
 * The bar: is the line up, is the sound on, who am I. And below it the banner, which says what is wrong.
 * @typedef {import('../house/live.js').Link} Link
 * @typedef {{
 *   link: Link, waiting: { count: number, since: number, first: import('../work/queue.js').Ticket | undefined }, away: boolean, cutSince: number | undefined, cameBack: boolean, listFailed: boolean,
 *   sound: 'off' | 'on' | 'sounding' | 'paused', pausedUntil: number,
 *   operator: { name: string, role: string }, endsAt: number,
 *   on: { go: () => void, command: () => void, sound: () => void, language: () => void, keys: () => void, lock: () => void, logOut: () => void },
 * }} Bar
 */

/** @param {Bar} bar */
export function showBar(bar) {
  const { operator, on } = bar
  const built = fill(byId('bar'), [language(), operator], () => [
    el(
      'a',
      { class: 'brand', href: '#/' },
      el('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }),
      t('app.title'),
    ),
    el('div', { id: 'link', class: 'chip' }),
    el('button', { id: 'waiting', onclick: on.go }),
    el('div', { class: 'space' }),
    el(
      'button',
      { id: 'find', class: 'quiet', 'aria-label': t('command.find'), onclick: on.command },
      icon('search'),
      el('span', {}, t('command.find')),
      keyCap('/'),
    ),
    el('button', { id: 'sound', class: 'quiet', onclick: on.sound }),
    el('button', { class: 'quiet', id: 'keys', onclick: on.keys }, t('app.keys'), keyCap('?')),
    el(
      'button',
      { class: 'quiet', id: 'language', title: t('app.switch_language'), onclick: on.language },
      t('app.other_language'),
    ),
    el('div', { class: 'operator' }, el('b', {}, operator.name), el('small', {}, wordFor('role', operator.role))),
    el('button', { class: 'quiet', id: 'log_out', onclick: on.logOut }, t('app.log_out')),
  ])
  if (built) fill(byId('banner'), null, () => [])
  showLink(bar)
  showWaiting(bar)
  showSound(bar)
  showBanner(bar)
}

/** @param {Bar} bar */
function showLink({ link, cutSince }) {
  const chip = byId('link')
  const state = link.live ? 'live' : link.heardAt === undefined ? 'connecting' : cutSince === undefined ? 'live' : 'cut'
  chip.dataset.link = state
  const text = state === 'cut' ? t('link.cut', { for: clockText(now() - (link.heardAt ?? 0)) }) : t(`link.${state}`)
  fill(chip, [state, text], () => [icon(state === 'cut' ? 'cut' : 'link'), el('span', {}, text)])
}

/** How many wait and for how long: to be seen from wherever the page is scrolled to. @param {Bar} bar */
function showWaiting({ waiting: { count, since } }) {
  const chip = byId('waiting')
  chip.hidden = count === 0
  fill(chip, [language(), count, since], () => [
    el('b', {}, t('bar.waiting', { n: count })),
    sinceClock(since, since + answerWithinMs),
    keyCap('G'),
  ])
}

/** @param {Bar} bar */
function showSound({ sound, pausedUntil }) {
  const button = byId('sound')
  const text = t(`sound.${sound}`, { left: clockText(pausedUntil - now() + 999) })
  const hint = {
    off: 'sound.off_detail',
    on: 'sound.on_detail',
    paused: 'sound.paused_detail',
    sounding: 'sound.paused_detail',
  }[sound]
  button.dataset.sound = sound
  set(button, 'title', t(/** @type {import('../words/words.js').WordKey} */ (hint)))
  fill(button, [sound, text], () => [
    icon(sound === 'off' || sound === 'paused' ? 'silent' : 'speaker'),
    el('span', {}, text),
    keyCap('M'),
  ])
}

/** Whoever looks at another page reads here that somebody waits. @param {Bar} bar */
function callBack({ away, waiting: { count, first }, on }) {
  if (!away || !first) return []
  const text = t('bar.away', {
    n: count,
    kind: wordFor('signal', first.kind),
    severity: t(`severity.${first.severity}`),
  })
  return [
    el(
      'button',
      { class: `notice call ${first.severity}`, onclick: on.go },
      severityIcon(first.severity),
      text,
      keyCap('G'),
    ),
  ]
}

/** Long enough to finish a sentence on the telephone. */
const warnBeforeMs = 5 * 60_000

/** Who stays longer than a shift says so in time. @param {Bar} bar @param {string} ends */
function sessionEnds({ on }, ends) {
  if (ends === '') return []
  return [el('p', { class: 'notice' }, ends, ' ', el('button', { onclick: on.lock }, t('lock.stay')))]
}

/** @param {Bar} bar */
function showBanner(bar) {
  const { link, cutSince, cameBack, listFailed, sound, away, waiting } = bar
  const banner = byId('banner')
  const never = link.heardAt === undefined
  const lines = cutSince !== undefined && never ? [t(link.refused ? 'error.forbidden' : 'link.never')] : []
  if (cutSince !== undefined && link.heardAt !== undefined)
    lines.push(t('link.cut_detail', { at: timeText(new Date(link.heardAt).toISOString(), language(), now()) }))
  if (cutSince === undefined && listFailed) lines.push(t('link.list_failed'))
  if (lines.length === 0 && cameBack) lines.push(t('link.back'))
  if (sound === 'off') lines.push(t('sound.off_detail'))
  banner.dataset.kind = cutSince !== undefined || listFailed ? 'cut' : cameBack ? 'back' : 'sound'
  const calling = away ? [waiting.count, waiting.first?.id, waiting.first?.severity, language()] : []
  const at = timeText(new Date(bar.endsAt).toISOString(), language(), now())
  const ends = bar.endsAt - now() < warnBeforeMs ? t('lock.session_ends', { at }) : ''
  fill(banner, [lines, calling, ends], () => [
    ...callBack(bar),
    ...lines.map((line) => el('p', { class: 'notice' }, line)),
    ...sessionEnds(bar, ends),
  ])
}
