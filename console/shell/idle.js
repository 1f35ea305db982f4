// @ts-check
import { machineNow } from '../parts/time.js'

/**
 * How long nobody has touched the console, in any of its tabs. It stands in localStorage, so that the tabs know of each other, and
 * so that a tab opened after hours knows that nobody was there.
 */

const touchedKey = 'vigil.touched'
/** Not written for every pixel of a moving pointer. */
const noteEveryMs = 1_000

let notedAt = 0

/** Somebody is here. @param {boolean} [always] even if that was noted just now */
export function noteTouch(always = false) {
  if (!always && Math.abs(machineNow() - notedAt) < noteEveryMs) return
  notedAt = machineNow()
  localStorage.setItem(touchedKey, String(notedAt))
}

/** Whoever opens a console now finds it as if nobody had been there for long. */
export const forgetTouch = () => localStorage.setItem(touchedKey, '0')

/** Milliseconds since somebody was here; a clock that was put back counts as just now. */
export const idleMs = () => Math.max(0, machineNow() - Number(localStorage.getItem(touchedKey) ?? 0))

/** Calls `fn` for every sign of somebody. @param {() => void} fn */
export function whenTouched(fn) {
  for (const sign of ['keydown', 'pointerdown', 'pointermove', 'wheel'])
    document.addEventListener(sign, fn, { capture: true, passive: true })
}

/** @type {BroadcastChannel | undefined} */
let tabs

/** `fn` is called when another tab has changed the session: logged in or out, locked, unlocked. @param {() => void} fn */
export function hearTabs(fn) {
  tabs = new BroadcastChannel('vigil.session')
  tabs.onmessage = () => fn()
}

/** Tells the other tabs to look at the session. */
export const tellTabs = () => tabs?.postMessage('look')
