// @ts-check
import { el } from '../parts/dom.js'
import { input, labelled, named, rowsEditor, select, side } from '../parts/rows.js'
import { wordsOf } from '../words/words.js'
import { en, zh } from './teams_words.js'

/**
 * How somebody is reached: operators, contacts and responders have it alike.
 * @typedef {import('../../domain/dispatch.ts').Way} Way
 */

export const w = wordsOf({ en, zh })

/** @param {readonly Way[]} ways @param {{ id: string, name: string }[]} channels @param {number} [least] */
export function waysEditor(ways, channels, least = 0) {
  if (channels.length === 0) return { node: el('p', { class: 'warn' }, w('noChannels')), read: () => [...ways] }
  const editor = rowsEditor({
    legend: w('ways'),
    items: [...ways],
    row: (way) => wayEditor(way, channels),
    blank: () => ({ channel: channels[0]?.id ?? '', to: '' }),
    add: w('addWay'),
    name: (n) => w('way', { n }),
    least,
  })
  return editor
}

/** @param {Way} way @param {{ id: string, name: string }[]} channels */
function wayEditor(way, channels) {
  const channel = select(named(channels), way.channel)
  const to = input('text', way.to, { maxlength: 300 })
  return {
    node: side(labelled(w('channel'), channel), labelled(w('to'), to, w('toHint'))),
    read: () => ({ channel: channel.value, to: to.value.trim() }),
  }
}
