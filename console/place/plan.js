// @ts-check
import { el } from '../parts/dom.js'
import { listText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { placeText, subjectText, w as tell } from '../work/story.js'
import { en, zh } from './plan_words.js'

/**
 * A home's floor plan: its rooms, the devices in them by their `place`, and where something was reported.
 * @typedef {import('../../domain/registry.ts').FloorPlan} FloorPlan
 * @typedef {import('../../domain/ticket.ts').Evidence} Evidence
 * @typedef {import('../house/directory.js').Device} Device
 * @typedef {FloorPlan['rooms'][number]} Room
 * @typedef {NonNullable<FloorPlan['doors']>[number]} Door
 * @typedef {{ id: string, text: string, reported: boolean }} Stand a device at its place, and what it reported
 */

export const w = wordsOf({ en, zh })

/** Letters to the width of a plan: as large as can be read in half the panel. */
const lettersAcross = 29
const lineHeight = 1.3

/** `living_room` and `Living room` are one place. @param {string} name */
const plain = (name) =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ')

/**
 * What stands where: by the name of the room or door, and under an empty name what stands in none.
 * @param {FloorPlan} plan @param {Device[]} devices @param {Pick<Evidence, 'device' | 'signal'>[]} evidence
 * @returns {Map<string, Stand[]>}
 */
export function standing({ rooms, doors = [] }, devices, evidence) {
  const names = new Map([...rooms, ...doors].map(({ name }) => [plain(name), name]))
  const stands = devices.map(({ id, place }) => {
    const signals = new Set(
      evidence.filter(({ device }) => device === id).map(({ signal }) => wordFor('signal', signal)),
    )
    const kind = subjectText(
      id,
      devices.map((one) => ({ ...one, place: null })),
    )
    const text = signals.size > 0 ? tell('claim', { who: kind, what: listText([...signals], language()) }) : kind
    return { at: names.get(plain(place ?? '')) ?? '', id, text, reported: signals.size > 0 }
  })
  return Map.groupBy(stands, ({ at }) => at)
}

/** Where something was reported, in words. @param {Map<string, Stand[]>} stands */
function reportedText(stands) {
  const places = [...stands].flatMap(([room, all]) => {
    const what = all.filter(({ reported }) => reported).map(({ text }) => text)
    return room !== '' && what.length > 0 ? [w('in', { room: placeText(room), what: listText(what, language()) })] : []
  })
  return places.length > 0 ? w('here', { what: listText(places, language()) }) : w('nowhere')
}

/** @param {FloorPlan} plan @param {Device[]} devices @param {Evidence[]} evidence */
export function planOf(plan, devices, evidence) {
  const stands = standing(plan, devices, evidence)
  const reported = reportedText(stands)
  const elsewhere = (stands.get('') ?? []).map(({ text }) => text)
  const rooms = listText(
    plan.rooms.map(({ name }) => placeText(name)),
    language(),
  )
  return el(
    'figure',
    { class: 'plan' },
    el('div', { role: 'img', 'aria-label': w('label', { rooms, reported }) }, drawing(plan, stands)),
    el('p', { class: 'reported-here' }, reported),
    elsewhere.length > 0 && el('p', { class: 'detail' }, w('elsewhere', { devices: listText(elsewhere, language()) })),
  )
}

/** @param {FloorPlan} plan @param {Map<string, Stand[]>} stands */
function drawing({ rooms, doors = [] }, stands) {
  const width = Math.max(...rooms.map(({ x, w: wide }) => x + wide))
  const height = Math.max(...rooms.map(({ y, h }) => y + h))
  const letter = Math.max(width, height * 0.8) / lettersAcross
  const margin = letter
  return el(
    'svg',
    {
      viewBox: `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`,
      'aria-hidden': 'true',
      'font-size': letter,
    },
    ...rooms.map((room) => roomOf(room, stands.get(room.name) ?? [], letter)),
    ...doors.map((door) => doorOf(door, rooms, { stands: stands.get(door.name) ?? [], letter })),
  )
}

/** @param {Room} room @param {Stand[]} stands @param {number} letter */
function roomOf({ name, x, y, w: wide, h }, stands, letter) {
  const reported = stands.some((stand) => stand.reported)
  const lines = [placeText(name), ...stands.map((stand) => `${stand.reported ? '▲' : '·'} ${stand.text}`)]
  const most = Math.max(1, Math.floor((h - letter * 0.5) / (letter * lineHeight)))
  return el(
    'g',
    { class: reported ? 'room reported' : 'room' },
    el('rect', { x, y, width: wide, height: h }),
    ...lines.slice(0, most).map((line, i) =>
      el(
        'text',
        {
          class: i === 0 ? 'name' : stands[i - 1]?.reported ? 'stand reported' : 'stand',
          x: x + letter * 0.6,
          y: y + letter * (1.4 + i * lineHeight),
        },
        cut(line, (wide - letter) / letter),
      ),
    ),
  )
}

/** A text that fits, in widths of a Chinese character; Latin letters are about half as wide. @param {string} text @param {number} most */
export function cut(text, most) {
  let wide = 0
  for (const [i, char] of [...text].entries()) {
    wide += /[\u1100-\uffdc]/.test(char) ? 1 : 0.52
    if (wide > most) return `${[...text].slice(0, Math.max(1, i - 1)).join('')}…`
  }
  return text
}

/** An opening in the wall that it lies on. @param {Door} door @param {Room[]} rooms @param {{ stands: Stand[], letter: number }} about */
function doorOf({ x, y }, rooms, { stands, letter }) {
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 0.15
  const lies = rooms.some((room) => near(y, room.y) || near(y, room.y + room.h))
  const [dx, dy] = lies ? [0.45, 0] : [0, 0.45]
  const reported = stands.some((stand) => stand.reported)
  return el(
    'g',
    { class: reported ? 'door reported' : 'door' },
    el('line', { x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy }),
    stands.length > 0 && el('circle', { cx: x, cy: y, r: letter * 0.45 }),
  )
}
