// @ts-check
import { call } from '../house/calls.js'
import { form } from '../parts/form.js'
import { pageHead } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { secretBox } from './device_enrol.js'
import { en, zh } from './devices_words.js'
import { inPath, offerHomes } from './registry_parts.js'

/**
 * A device is registered, changed, removed.
 * @typedef {import('../../domain/registry.ts').Device} Device
 */

const w = wordsOf({ en, zh })

const presses = /** @type {const} */ (['any', 'single', 'double', 'triple', 'long'])

/** @returns {import('../parts/form.js').Field[]} */
const fields = () => [
  { name: 'home', label: w('home'), hint: w('home_hint'), maxlength: 64 },
  { name: 'place', label: w('place'), hint: w('place_hint'), maxlength: 200 },
  { name: 'model', label: w('model'), maxlength: 200 },
  { name: 'category', label: w('category'), maxlength: 64 },
  { name: 'vendor', label: w('vendor'), hint: w('vendor_hint'), maxlength: 64 },
  { name: 'gateway', label: w('gateway'), hint: w('gateway_hint'), maxlength: 64 },
  {
    name: 'sos_press',
    label: w('sos_press'),
    kind: 'select',
    hint: w('sos_press_hint'),
    options: [
      { value: '', label: w('press_none') },
      ...presses.map((press) => ({ value: press, label: w(`press_${press}`) })),
    ],
  },
]

/** @param {string} home where it was asked for from there */
export function createDevice(home) {
  const up = { href: addressOf('devices'), text: wordFor('page', 'devices') }
  const made = form({
    fields: [{ name: 'id', label: w('id'), hint: w('id_hint'), maxlength: 64 }, ...fields()],
    save: async (body) => {
      const { id, token } = await call('/devices', { method: 'POST', body })
      // The only moment at which anybody sees it.
      made.replaceWith(secretBox(id, token))
    },
    onCancel: () => history.back(),
  })
  const field = /** @type {HTMLInputElement} */ (made.querySelector('[name=home]'))
  field.value = home
  return [pageHead({ title: w('new_device'), up }), offerHomes(made, 'home')]
}

/** @param {Device} device */
export function changeDevice(device) {
  const { id } = device
  const path = `/devices/${inPath(id)}`
  const address = addressOf('devices', id)
  const made = form({
    fields: fields(),
    value: device,
    save: async (body) => {
      await call(path, { method: 'PATCH', body })
      location.hash = address
    },
    onCancel: () => history.back(),
    remove: {
      what: w('drop', { what: id }),
      run: async () => {
        await call(path, { method: 'DELETE' })
        location.hash = addressOf('devices')
      },
    },
  })
  return [pageHead({ title: id, up: { href: address, text: id } }), offerHomes(made, 'home')]
}
