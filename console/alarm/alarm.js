// @ts-check

import { severities } from '../house/rules.js'
import { byId } from '../parts/dom.js'
import { now } from '../parts/time.js'
import { workAddress } from '../shell/route.js'
import { t, wordFor } from '../words/words.js'
import { keepSounding, mayPlay, noPause, pauseMs, soundOnce, toSound } from './sound.js'

/**
 * What an event makes the page say and sound.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').LiveEvent} LiveEvent
 */

let pause = noPause()

/** @param {Ticket} ticket */
const words = (ticket) => ({
  severity: t(`severity.${ticket.severity}`),
  kind: t(`signal.${ticket.kind}`),
  number: ticket.number,
})

/** @param {LiveEvent['type']} type */
const callsAnew = (type) =>
  ['ticket.opened', 'ticket.unanswered', 'ticket.reopened', 'ticket.escalated', 'ticket.lapsed'].includes(type)

let asked = false

/** Asks once whether alarms may be shown outside of the page, too; browsers take the question only when something is pressed. */
export function mayNotify() {
  if (asked || !('Notification' in window) || Notification.permission !== 'default') return
  asked = true
  void Notification.requestPermission()
}

/** Whoever has another window before him sees the alarm all the same. Nothing personal in it. @param {LiveEvent} event */
function notifyElsewhere({ type, ticket }) {
  if (!ticket || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return
  const body = t(`announce.${/** @type {'opened'} */ (type.slice(7))}`, words(ticket))
  const shown = new Notification(t('app.title'), { body, tag: ticket.id, requireInteraction: true, icon: 'icon.svg' })
  shown.onclick = () => {
    window.focus()
    location.hash = workAddress(ticket.id)
    shown.close()
  }
}

/**
 * Announces an event to those who do not see the screen, and lets a paused ticket be heard again that calls anew.
 * @param {LiveEvent} event @param {Ticket | undefined} before the ticket as it was known
 */
export function announce(event, before) {
  const { type, ticket } = event
  if (!ticket) return
  if (callsAnew(type) && !ticket.late) notifyElsewhere(event)
  if (callsAnew(type)) {
    pause.of.delete(ticket.id)
    byId(ticket.late ? 'soft' : 'loud').textContent = t(
      `announce.${/** @type {'opened' | 'unanswered' | 'reopened' | 'escalated' | 'lapsed'} */ (type.slice(7))}`,
      words(ticket),
    )
  } else if (type === 'ticket.closed') {
    byId('soft').textContent = t('announce.closed', words(ticket))
  } else if (before && severities.indexOf(ticket.severity) > severities.indexOf(before.severity)) {
    pause.of.delete(ticket.id)
    byId('loud').textContent = t('announce.graver', words(ticket))
    soundOnce(ticket.severity)
  }
}

/** Keeps the alarm sounding as long as it should. @param {Ticket[]} waiting @param {boolean} cut */
export function soundAlarm(waiting, cut) {
  keepSounding(toSound(waiting, pause, { now: now(), cut }))
}

/**
 * The state of the sound, for its button.
 * @param {Ticket[]} waiting @param {boolean} cut @returns {'off' | 'on' | 'sounding' | 'paused'}
 */
export function soundState(waiting, cut) {
  if (!mayPlay()) return 'off'
  if (toSound(waiting, pause, { now: now(), cut })) return 'sounding'
  return pause.until > now() ? 'paused' : 'on'
}

export const pausedUntil = () => pause.until

/** Pauses what sounds now, ends a pause, or where all is quiet lets the sound be heard once. @param {Ticket[]} waiting @param {boolean} cut */
export function pressSound(waiting, cut) {
  const state = soundState(waiting, cut)
  if (state === 'sounding') pause = { until: now() + pauseMs, of: new Set(waiting.map(({ id }) => id)), link: cut }
  else if (state === 'paused') pause = noPause()
  else if (state === 'on') soundOnce('low')
}

/**
 * The window's title: how many wait can be read from the taskbar, and which page this is.
 * @param {Ticket[]} waiting @param {string} page
 */
export function showTitle(waiting, page) {
  const name = page === 'work' ? t('app.title') : `${wordFor('page', page)} · ${t('app.title')}`
  const title = waiting.length > 0 ? t('app.waiting_title', { n: waiting.length, name }) : name
  if (document.title !== title) document.title = title
}
