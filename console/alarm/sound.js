// @ts-check
import { severities } from '../house/rules.js'
import { now } from '../parts/time.js'

/**
 * What is heard. After the idea of IEC 60601-1-8: a burst of pulses that tells the severity by number and pitch, again and
 * again as long as somebody waits for an answer. Pausing ends the sound for what is waiting now, never the alarm: the
 * ticket stays as it is in the queue, and a new alarm, or one that went unanswered, sounds all the same.
 * @typedef {import('../../domain/signals.ts').Severity} Severity
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {{ pulses: number[], pitch: number, everyMs: number }} Pattern `pulses`: when each begins, seconds
 */

/** @type {Record<Severity | 'cut', Pattern>} */
export const patterns = {
  critical: { pulses: [0, 0.2, 0.4, 0.75, 0.95, 1.5, 1.7, 1.9, 2.25, 2.45], pitch: 660, everyMs: 6_000 },
  high: { pulses: [0, 0.25, 0.5, 0.95, 1.2], pitch: 587, everyMs: 8_000 },
  medium: { pulses: [0, 0.35, 0.7], pitch: 494, everyMs: 15_000 },
  low: { pulses: [0, 0.45], pitch: 392, everyMs: 30_000 },
  cut: { pulses: [0, 0.6], pitch: 262, everyMs: 20_000 },
}

/** How long a pause lasts. */
export const pauseMs = 120_000
const pulseSeconds = 0.16

/** @typedef {{ until: number, of: Set<string>, link: boolean }} Pause `of`: tickets that are silent, `link`: the cut line is */

/** @returns {Pause} */
export const noPause = () => ({ until: 0, of: new Set(), link: false })

/**
 * What should be heard now: the gravest of the waiting tickets that are not paused, else a line cut for longer than a moment.
 * @param {Ticket[]} waiting @param {Pause} pause @param {{ now: number, cut: boolean }} at
 * @returns {Severity | 'cut' | undefined}
 */
export function toSound(waiting, pause, at) {
  const paused = pause.until > at.now
  let gravest = -1
  for (const { id, severity } of waiting)
    if (!(paused && pause.of.has(id))) gravest = Math.max(gravest, severities.indexOf(severity))
  if (gravest >= 0) return severities[gravest]
  return at.cut && !(paused && pause.link) ? 'cut' : undefined
}

/** @type {AudioContext | undefined} */
let context

/** Whether the browser lets us sound; it does so only after the page was touched or a key was pressed. */
export const mayPlay = () => context?.state === 'running'

/** To be called from a click or a key press. */
export async function allowSound() {
  context ??= new AudioContext()
  if (context.state !== 'running') await context.resume()
}

/** @type {{ what: string | undefined, nextAt: number }} */
const repeating = { what: undefined, nextAt: 0 }

/**
 * Keeps sounding `what` at its own pace; something graver begins at once.
 * @param {Severity | 'cut' | undefined} what
 */
export function keepSounding(what) {
  if (!what) {
    repeating.what = undefined
    return
  }
  if (!mayPlay() || (repeating.what === what && now() < repeating.nextAt)) return
  repeating.what = what
  repeating.nextAt = now() + patterns[what].everyMs
  burst(patterns[what])
}

/** Sounds once, for news that needs no answer of its own. @param {Severity} severity */
export const soundOnce = (severity) => mayPlay() && burst(patterns[severity])

/** @param {Pattern} pattern */
function burst({ pulses, pitch }) {
  if (!context) return
  const wave = context.createPeriodicWave(
    new Float32Array([0, 0, 0, 0, 0, 0]),
    new Float32Array([0, 1, 0.6, 0.4, 0.25, 0.15]),
  )
  for (const start of pulses) pulse(context, wave, pitch, context.currentTime + 0.02 + start)
}

/** @param {AudioContext} audio @param {PeriodicWave} wave @param {number} pitch @param {number} at */
function pulse(audio, wave, pitch, at) {
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()]
  oscillator.setPeriodicWave(wave)
  oscillator.frequency.value = pitch
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(0.35, at + 0.02)
  gain.gain.setValueAtTime(0.35, at + pulseSeconds - 0.04)
  gain.gain.linearRampToValueAtTime(0, at + pulseSeconds)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(at)
  oscillator.stop(at + pulseSeconds)
}
