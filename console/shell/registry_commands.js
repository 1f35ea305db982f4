// @ts-check
import { can, pageOf } from '../house/calls.js'
import { withAddresses } from '../pages/registry_parts.js'
import { after } from '../parts/time.js'
import { t } from '../words/words.js'
import { addressOf } from './route.js'

/**
 * People, homes and devices in the command bar: a daughter is on the telephone, and "李桂" is enough to stand at her mother's home.
 * @typedef {import('./command_bar.js').Command} Command
 */

/** One Latin letter is in every name; one Chinese character is a family. */
const leastLetters = 2
const restMs = 120
const each = 4

let turn = 0

/** @param {string} text @returns {Command[] | Promise<Command[]>} */
export function registryCommands(text) {
  const q = text.trim()
  const mine = ++turn
  const isShort = q.length < leastLetters && /^[\x20-\x7e]*$/.test(q)
  if (isShort || !can('read_registry')) return []
  return new Promise((resolve) => void after(restMs, () => resolve(mine === turn ? found(q) : [])))
}

/** @param {string} q @returns {Promise<Command[]>} */
async function found(q) {
  const some = async (/** @type {string} */ plural) => (await pageOf(`/${plural}`, { q, limit: String(each) })).items
  const [residents, contacts, homes, devices] = await Promise.all([
    some('residents'),
    some('contacts'),
    some('homes'),
    some('devices'),
  ])
  const people = await withAddresses([
    ...residents.map((/** @type {any} */ one) => ({ ...one, word: 'find.resident' })),
    ...contacts.map((/** @type {any} */ one) => ({ ...one, word: 'find.contact' })),
  ])
  return [
    ...people.map(({ name, home, address, word }) =>
      command(name, t(word, { where: address }), addressOf('homes', home)),
    ),
    ...homes.map((/** @type {any} */ { id, address }) => command(address, t('find.home'), addressOf('homes', id))),
    ...devices.map((/** @type {any} */ { id, place, model }) =>
      command(id, t('find.device', { what: place ?? model ?? '' }), addressOf('devices', id)),
    ),
  ]
}

/** @param {string} label @param {string} hint @param {string} address @returns {Command} */
const command = (label, hint, address) => ({
  label,
  hint,
  run: () => {
    location.hash = address
  },
})
