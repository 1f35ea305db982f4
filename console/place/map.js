// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { w } from './position.js'
import { sketch } from './sketch.js'

/**
 * The map of where somebody is: Leaflet with the tiles that the house has been given, loaded only when there is something
 * to show. Where there are no tiles, or they do not come, a drawing of our own.
 * @typedef {import('./geo.js').Place} Place
 * @typedef {import('./position.js').Sighting} Sighting
 * @typedef {{ tiles: string, datum: 'WGS84' | 'GCJ-02' | 'BD-09', attribution: string }} Tiles
 * @typedef {{ home: Place | undefined, address: string, seen: Sighting[] }} Shown
 */

const closest = 18
const usualZoom = 17
const libraries = new URL('lib/', document.baseURI).href

/** Asked once: it is set when the house is started. @type {Promise<Tiles | null> | undefined} */
let asked
/** @type {Promise<[leaflet: any, gcoord: any]> | undefined} */
let loaded

/** @returns {Promise<Tiles | null>} */
function tilesOf() {
  asked ??= call('/map').then(
    ({ map }) => map,
    () => {
      asked = undefined
      return null
    },
  )
  return asked
}

/** The libraries and their styles. */
function load() {
  loaded ??= (async () => {
    const style = el('link', { rel: 'stylesheet', href: `${libraries}leaflet/leaflet.css` })
    const styled = new Promise((resolve, reject) => {
      style.addEventListener('load', resolve)
      style.addEventListener('error', reject)
    })
    document.head.append(style)
    const [leaflet, gcoord] = await Promise.all([
      import(`${libraries}leaflet/leaflet-src.esm.js`),
      import(`${libraries}gcoord/gcoord.esm-browser.prod.js`),
      styled,
    ])
    return /** @type {[any, any]} */ ([leaflet, gcoord.default ?? gcoord])
  })()
  loaded.catch(() => {
    loaded = undefined
  })
  return loaded
}

/** A map, or a drawing until it is there. @param {Shown} shown */
export function mapOf(shown) {
  const frame = el('div', { class: 'map' })
  draw(frame, shown, 'no_tiles')
  void fillIn(frame, shown)
  return frame
}

/** @param {HTMLElement} frame @param {Shown} shown @param {'no_tiles' | 'tiles_gone'} why */
function draw(frame, shown, why) {
  const where = shown.seen.map(({ said }) => said).join(' ')
  frame.replaceChildren(
    el('div', { role: 'img', 'aria-label': w('label', { where }) }, sketch(shown.home, shown.seen)),
    el('p', { class: 'detail' }, w(why)),
  )
}

/** @param {HTMLElement} frame @param {Shown} shown */
async function fillIn(frame, shown) {
  const tiles = await tilesOf()
  if (!tiles) return
  try {
    const [leaflet, gcoord] = await load()
    if (frame.isConnected) show(frame, shown, { leaflet, gcoord, tiles })
  } catch {
    draw(frame, shown, 'tiles_gone')
  }
}

/** @param {HTMLElement} frame @param {Shown} shown @param {{ leaflet: any, gcoord: any, tiles: Tiles }} made */
function show(frame, shown, { leaflet, gcoord, tiles }) {
  const box = el('div', {
    class: 'leaflet-box',
    role: 'group',
    'aria-label': w('label_map', { where: shown.seen.map(({ said }) => said).join(' ') }),
  })
  frame.replaceChildren(box, el('small', { class: 'attribution' }, tiles.attribution))
  const at = onMap(gcoord, tiles.datum)
  const map = leaflet.map(box, {
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    scrollWheelZoom: false,
    // It takes markup; what an operator wrote is to stay text.
    attributionControl: false,
  })
  const layer = leaflet.tileLayer(tiles.tiles, { maxZoom: closest })
  let came = false
  layer.on('tileload', () => {
    came = true
  })
  layer.on('tileerror', () => {
    if (came || !frame.isConnected || !frame.contains(box)) return
    map.remove()
    draw(frame, shown, 'tiles_gone')
  })
  const places = [...shown.seen, ...(shown.home ? [shown.home] : [])].map(at)
  map.fitBounds(leaflet.latLngBounds(places).pad(0.3), { maxZoom: usualZoom, animate: false })
  layer.addTo(map)
  for (const one of shown.seen) {
    if (one.accuracy > 0)
      leaflet.circle(at(one), { radius: one.accuracy, className: 'accuracy', interactive: false }).addTo(map)
    mark(leaflet, { className: 'map-person', at: at(one), text: one.said }).addTo(map)
  }
  if (shown.home)
    mark(leaflet, { className: 'map-home', at: at(shown.home), text: w('home', { address: shown.address }) }).addTo(map)
}

/** Positions are WGS 84 in the whole house; what the tiles are drawn in is theirs. @param {any} gcoord @param {Tiles['datum']} datum */
const onMap =
  (gcoord, datum) =>
  /** @param {Place} place @returns {[lat: number, lon: number]} */
  ({ lat, lon }) => {
    const to = { WGS84: gcoord.WGS84, 'GCJ-02': gcoord.GCJ02, 'BD-09': gcoord.BD09 }[datum]
    const [x, y] = gcoord.transform([lon, lat], gcoord.WGS84, to)
    return [y, x]
  }

/**
 * A mark that the keyboard reaches and a screen reader names; drawn by our own styles, no picture.
 * @param {any} leaflet @param {{ className: string, at: [number, number], text: string }} about
 */
function mark(leaflet, { className, at, text }) {
  const icon = leaflet.divIcon({ className: `map-mark ${className}`, iconSize: [28, 28] })
  return leaflet.marker(at, { icon, title: text, keyboard: true }).bindPopup(el('span', {}, text))
}
