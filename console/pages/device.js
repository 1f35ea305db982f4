// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { fetchInto } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { table } from '../parts/table.js'
import { addressOf } from '../shell/route.js'
import { numberText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { dayCharts } from './day_charts.js'
import { commandsPanel } from './device_commands.js'
import { enrolPanel } from './device_enrol.js'
import { onlineText } from './device_text.js'
import { en, zh } from './devices_words.js'
import { inPath, momentText, withAddresses } from './registry_parts.js'

/**
 * One device: what it is and tells, what it is asked to do, what was refused of it, and how it is let in.
 * @typedef {import('../../domain/registry.ts').Device} Device
 * @typedef {Device & { address: string }} Placed
 * @typedef {{ id: number, code: string, last_at: string, count: number, address: string | null, detail: string }} Refusal
 */

const w = wordsOf({ en, zh })

const refusalsShown = 10

/** @param {HTMLElement} root @param {string} id */
export function showDevice(root, id) {
  const commands = commandsPanel(id, can('command_devices'))
  /** @type {{ stop: () => void } | undefined} */
  let charts
  const look = () =>
    void fetchInto(
      root,
      () => whole(id),
      ({ device, refusals }) => {
        charts?.stop()
        const day =
          device.home !== null && can('read_telemetry') ? dayCharts({ home: device.home, device: id }) : undefined
        charts = day
        return parts(device, refusals, { commands: commands.node, charts: day?.node, again: look })
      },
    )
  look()
  return () => {
    commands.stop()
    charts?.stop()
  }
}

/** @param {string} id @returns {Promise<{ device: Placed, refusals: Refusal[] | undefined }>} */
async function whole(id) {
  const [device] = await withAddresses([/** @type {Device} */ (await call(`/devices/${inPath(id)}`))])
  const refusals = can('read_refusals')
    ? (await call(`/refusals?device=${inPath(id)}&limit=${refusalsShown}`)).items
    : undefined
  return { device: /** @type {Placed} */ (device), refusals }
}

/** @param {Placed} device @param {Refusal[] | undefined} refusals @param {{ commands: HTMLElement, charts: HTMLElement | undefined, again: () => void }} with_ */
function parts(device, refusals, { commands, charts, again }) {
  const { id, model, place } = device
  return [
    pageHead({
      title: id,
      about: [model, place].filter(Boolean).join(' · '),
      up: { href: addressOf('devices'), text: wordFor('page', 'devices') },
      actions: [
        can('read_messages') &&
          el('a', { class: 'button', href: addressOf('monitor', id) }, wordFor('page', 'monitor')),
        can('write_registry') && el('a', { class: 'button', href: addressOf('devices', id, { edit: '1' }) }, w('edit')),
      ],
    }),
    el(
      'div',
      { class: 'panels' },
      panel(w('facts'), factsOf(device)),
      commands,
      can('enrol_devices') && enrolPanel(device, again),
      refusals && panel(w('refusals'), refusalTable(refusals)),
    ),
    charts && panel(w('charts'), charts),
  ]
}

/** @param {Placed} device */
const factsOf = (device) =>
  facts([
    [w('state'), onlineText(device)],
    [w('last_seen'), momentText(device.last_seen_at) || w('never')],
    [
      w('battery'),
      device.battery !== null &&
        w('battery_at', {
          percent: numberText(Math.round(device.battery), language()),
          at: momentText(device.battery_at),
        }),
    ],
    [w('firmware'), device.firmware],
    [w('home'), homeOf(device)],
    [w('place'), device.place],
    [w('model'), device.model],
    [w('category'), device.category],
    [w('vendor'), device.vendor],
    [w('gateway'), device.gateway && el('a', { href: addressOf('devices', device.gateway) }, device.gateway)],
    [w('sos_press'), device.sos_press && w(`press_${device.sos_press}`)],
  ])

/** @param {Placed} device */
const homeOf = ({ home, address }) =>
  home === null
    ? el('span', { class: 'warn' }, w('no_home'))
    : can('read_registry')
      ? el('a', { href: addressOf('homes', home) }, address)
      : home

/** @param {Refusal[]} refusals */
const refusalTable = (refusals) =>
  table({
    caption: w('refusals'),
    empty: w('refusals_none'),
    items: refusals,
    columns: [
      {
        head: w('refusal'),
        cell: ({ code, detail }) => [wordFor('error', code), detail && el('small', {}, ` ${detail}`)],
      },
      { head: w('times'), class: 'number', cell: ({ count }) => count },
      { head: w('last_time'), cell: ({ last_at }) => momentText(last_at) },
      { head: w('from'), cell: ({ address }) => address },
    ],
  })
