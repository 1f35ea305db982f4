// @ts-check
import { call, currentSession, everyItem } from '../house/calls.js'
import { wordsOf } from '../words/words.js'
import { el } from './dom.js'
import { labelled, named, select } from './rows.js'
import { en, zh } from './rows_words.js'

/**
 * Where something is: an area, a home in it, somebody in that home; each list is fetched when the one before is chosen.
 * @typedef {{ area: string | null, home: string | null, resident: string | null }} Place only the nearest is named
 */

const w = wordsOf({ en, zh })

/**
 * @param {{ areas: { id: string, name: string }[], place: Place, ofWhom?: boolean, everywhere?: boolean, changed?: () => void }} options
 *   `ofWhom`: residents can be chosen too; `everywhere`: no area is a choice
 * @returns {Promise<import('./rows.js').Editor<Place>>}
 */
export async function placeEditor({ areas, place, ofWhom = false, everywhere = true, changed = () => {} }) {
  const start = await whole(place)
  // Whoever is bounded by an area can put nothing outside of it.
  const bound = currentSession()?.operator.area ?? null
  const none = everywhere && bound === null ? [{ value: '', label: w('everywhere') }] : []
  const area = select([...none, ...named(areas)], start.area ?? bound ?? '')
  const home = select([], '')
  const resident = select([], '')

  /** @param {string} chosen */
  async function homesOf(chosen) {
    const found = area.value
      ? await everyItem(`/homes?${new URLSearchParams({ area: area.value, limit: '1000' })}`)
      : []
    offer(
      home,
      w('wholeArea'),
      found.map(({ id, address }) => ({ value: id, label: address || id })),
      chosen,
    )
    if (ofWhom) await residentsOf(start.resident ?? '')
  }

  /** @param {string} chosen */
  async function residentsOf(chosen) {
    const found = home.value ? await everyItem(`/residents?${new URLSearchParams({ home: home.value })}`) : []
    offer(resident, w('wholeHome'), named(found), chosen)
  }

  area.addEventListener('change', () => void homesOf('').then(changed))
  home.addEventListener('change', () => void (ofWhom ? residentsOf('') : Promise.resolve()).then(changed))
  resident.addEventListener('change', changed)
  await homesOf(start.home ?? '')
  const fields = [labelled(w('area'), area), labelled(w('home'), home), ofWhom && labelled(w('resident'), resident)]
  return {
    node: el('div', { class: 'side' }, ...fields),
    read: () => nearest({ area: area.value, home: home.value, resident: resident.value }),
  }
}

/** @param {{ area: string, home: string, resident: string }} chosen @returns {Place} */
function nearest({ area, home, resident }) {
  if (resident) return { area: null, home: null, resident }
  if (home) return { area: null, home, resident: null }
  return { area: area || null, home: null, resident: null }
}

/** With what lies around it: a home's area, a resident's home. @param {Place} place @returns {Promise<Place>} */
async function whole({ area, home, resident }) {
  const of = resident ? (await call(`/residents/${encodeURIComponent(resident)}`)).home : home
  return { area: of ? (await call(`/homes/${encodeURIComponent(of)}`)).area : area, home: of, resident }
}

/** @param {HTMLSelectElement} field @param {string} none @param {{ value: string, label: string }[]} options @param {string} chosen */
function offer(field, none, options, chosen) {
  const offered = [{ value: '', label: none }, ...options]
  field.replaceChildren(
    ...offered.map(({ value, label }) => el('option', { value, selected: value === chosen }, label)),
  )
  field.value = chosen
  field.disabled = options.length === 0
}
