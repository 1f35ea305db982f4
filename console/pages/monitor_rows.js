// @ts-check
import { can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { facts } from '../parts/page_head.js'
import { now } from '../parts/time.js'
import { addressOf } from '../shell/route.js'
import { timeText } from '../words/format.js'
import { language, wordFor } from '../words/words.js'
import { lineOf, readingText, sizeText } from './message_text.js'
import { bytesOf, hexDump, textOf } from './payload_text.js'

/**
 * A message as a row, and opened.
 * @typedef {import('./message_text.js').Message} Message
 * @typedef {import('./message_text.js').Decoded} Decoded
 * @typedef {(key: keyof typeof import('./monitor_words.js').en, values?: Record<string, string | number>) => string} Words
 * @typedef {{ w: Words, onOpen: () => void }} Options
 */

/** @param {Message} message @param {Options} options */
export function messageRow(message, { w, onOpen }) {
  const { received_at, lane, topic, size, decoded } = message
  const tone = decoded.refusals.length > 0 ? 'refused' : decoded.signals.length > 0 ? 'signal' : 'plain'
  const details = /** @type {HTMLDetailsElement} */ (
    el(
      'details',
      {
        class: `message ${tone}`,
        ontoggle: () => {
          if (!details.open || details.children.length > 1) return
          details.append(opened(message, w))
          onOpen()
        },
      },
      el(
        'summary',
        {},
        el('time', { datetime: received_at }, timeText(received_at, language(), now())),
        el('span', { class: 'line' }, lineOf(message, { signal: (name) => wordFor('signal', name), word: w })),
        el('span', { class: 'from' }, lane === 'urgent' && el('b', {}, w('urgent')), el('span', {}, topic)),
        el('span', { class: 'size' }, sizeText(size)),
      ),
    )
  )
  return el('li', {}, details)
}

/** @param {Message} message @param {Words} w */
const opened = (message, w) =>
  el(
    'div',
    { class: 'opened' },
    el('section', {}, el('h3', {}, w('came')), cameFacts(message, w), payload(message, w)),
    el('section', {}, el('h3', {}, w('understood')), ...understood(message.decoded, w)),
  )

/** @param {Message} message @param {Words} w */
const cameFacts = ({ topic, sender, size, lane, seq, retained, replay_of, refused, dead_letter, decoded }, w) =>
  facts([
    [w('topic'), topic],
    [w('sender'), sender],
    [w('size'), sizeText(size)],
    [w('lane'), `${lane} ${seq}`],
    [w('codec'), decoded.codec ?? w('no_codec')],
    [w('retained'), retained && w('yes')],
    [w('replay_of'), replay_of],
    [w('door'), refused],
    [w('dead_letter'), dead_letter && letterLink(dead_letter)],
  ])

/** @param {string} id */
const letterLink = (id) => (can('read_dead_letters') ? el('a', { href: addressOf('dead_letters', id) }, id) : id)

/** @param {Message} message @param {Words} w */
function payload({ payload: given, withheld, size }, w) {
  if (withheld || !given) return el('p', { class: 'note' }, w('withheld'))
  if (size === 0) return el('p', { class: 'note' }, w('empty_payload'))
  const bytes = given.base64 === undefined ? new TextEncoder().encode(given.text) : bytesOf(given.base64)
  const text = (given.base64 === undefined ? textOf(bytes) : undefined) ?? hexDump(bytes)
  const said = el('span', { role: 'status' })
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => said.replaceChildren(w('copied')),
      () => said.replaceChildren(w('not_copied')),
    )
  return el(
    'div',
    { class: 'payload' },
    el('pre', { tabindex: 0, 'aria-label': w('came') }, text),
    given.cut && el('p', { class: 'note' }, w('cut_payload')),
    el('p', {}, el('button', { onclick: () => void copy() }, w('copy')), ' ', said),
  )
}

/** @param {Decoded} decoded @param {Words} w */
function understood(decoded, w) {
  const { readings, signals, clears, motions, statuses, answers, refusals, warnings, left_out } = decoded
  const told = (/** @type {{ code: string, detail: string }} */ { code, detail }) =>
    [code, detail].filter(Boolean).join(': ')
  const lists = [
    list(w('refusals'), refusals.map(told)),
    list(
      w('signals'),
      signals.map(({ signal, device, ...more }) =>
        [device, wordFor('signal', signal), ...rest(more)].filter(Boolean).join(', '),
      ),
    ),
    list(
      w('ended_heading'),
      clears.map(({ signal, device }) => [device, wordFor('signal', signal)].filter(Boolean).join(', ')),
    ),
    list(
      w('readings'),
      readings.map((one) =>
        [one.device, readingText(one), timeText(one.at, language(), now()), one.implausible && w('implausible')]
          .filter(Boolean)
          .join(', '),
      ),
    ),
    list(
      w('motions'),
      motions.map(({ samples, rate_hz }) => w('motion', { n: samples, rate: rate_hz })),
    ),
    list(
      w('statuses'),
      statuses.map(({ online, firmware }) => [w(online ? 'online' : 'offline'), firmware].filter(Boolean).join(', ')),
    ),
    list(
      w('answers'),
      answers.map(({ command, result }) => w('answer', { command, result })),
    ),
    list(w('warnings'), warnings.map(told)),
    left_out > 0 && el('p', { class: 'note' }, w('more', { n: left_out })),
  ].filter((part) => part !== false)
  return lists.length > 0 ? lists : [el('p', { class: 'note' }, w('nothing'))]
}

/** What else a signal says, as it says it: `confidence 1`. @param {Record<string, unknown>} more */
const rest = (more) =>
  Object.entries(more)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) =>
      value === true ? name : `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    )

/** @param {string} heading @param {string[]} lines */
const list = (heading, lines) =>
  lines.length > 0 && el('div', {}, el('h4', {}, heading), el('ul', {}, ...lines.map((line) => el('li', {}, line))))
