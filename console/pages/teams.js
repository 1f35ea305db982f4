// @ts-check
import { everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { showRecords } from '../parts/records.js'
import { input, labelled, named, rowsEditor } from '../parts/rows.js'
import { w, waysEditor } from './ways.js'

/**
 * Teams of responders.
 * @typedef {import('../../domain/dispatch.ts').Team} Team
 * @typedef {Team['members'][number]} Member
 * @typedef {{ id: string, name: string }[]} Named
 * @typedef {{ areas: Named, channels: Named }} Known
 */

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export const show = (root, route) =>
  showRecords(root, route, {
    page: 'teams',
    path: '/teams',
    write: 'write_plans',
    words: {
      ...{ heading: w('heading'), about: w('about'), none: w('none'), fresh: w('new') },
      removeAsk: (name) => w('removeAsk', { name }),
    },
    known: async () => ({ areas: await everyItem('/areas?limit=1000'), channels: await everyItem('/channels') }),
    title: ({ name }) => name,
    columns: ({ areas }) => [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('area'), cell: ({ area }) => areas.find(({ id }) => id === area)?.name ?? area },
      { head: w('members'), cell: ({ members }) => members.map((/** @type {Member} */ { name }) => name).join(', ') },
    ],
    fields: ({ areas }) => [
      { name: 'name', label: w('name'), required: true, maxlength: 200 },
      { name: 'area', label: w('area'), kind: 'select', options: named(areas), required: true },
    ],
    inside: (known, item) => membersEditor(known, item),
  })

/** @param {Known} known @param {Team} [team] */
function membersEditor({ channels }, team) {
  const blank = () => ({ name: '', ways: channels[0] ? [{ channel: channels[0].id, to: '' }] : [] })
  const editor = rowsEditor({
    legend: w('members'),
    items: team?.members ?? [blank()],
    row: (/** @type {Member} */ member) => memberEditor(member, channels),
    blank,
    add: w('addMember'),
    name: (n) => w('member', { n }),
    ordered: true,
    least: 1,
  })
  return { nodes: [editor.node], read: () => ({ members: editor.read() }) }
}

/** @param {Member} member @param {Named} channels */
function memberEditor(member, channels) {
  const name = input('text', member.name, { required: true, maxlength: 200 })
  const ways = waysEditor(member.ways, channels, 1)
  return {
    node: el('div', { class: 'step-editor' }, labelled(w('name'), name), ways.node),
    read: () => ({ ...member, name: name.value.trim(), ways: ways.read() }),
  }
}
