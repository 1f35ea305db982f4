import { nextBeat, type Senses } from './device.ts'

/** The regular report of one device: `phase`, 0 to 1, says where in each interval it falls; `beatAt` when next (epoch ms). */
export type Rhythm = { phase: number; beatAt: number }

/** A device that is switched on says so within this long; after a power cut a thousand of them do not speak at once. */
const HELLO_WITHIN = 60_000

/** The interval as this device keeps it, whole ms. */
const paced = (interval: number, { pace }: Senses): number => Math.max(1, Math.round(interval * pace))

/** A rhythm that begins now: a first report within a minute or the interval, the others by the device's own phase. */
export function startRhythm(senses: Senses, interval: number): Rhythm {
  const { at, random } = senses
  const within = Math.min(HELLO_WITHIN, paced(interval, senses))
  return { phase: random(), beatAt: at + 1 + Math.floor(random() * within) }
}

/** Whether the regular report is due. */
export const isBeat = ({ beatAt }: Rhythm, { at }: Senses): boolean => at >= beatAt

/**
 * The rhythm after a report: a regular one goes back to the device's own phase; another makes the next regular one
 * superfluous and puts it off by a whole interval.
 */
export function nextRhythm(rhythm: Rhythm, senses: Senses, interval: number): Rhythm {
  const { phase } = rhythm
  const whole = paced(interval, senses)
  if (!isBeat(rhythm, senses)) return { phase, beatAt: senses.at + whole }
  return { phase, beatAt: nextBeat(senses.at, whole, Math.floor(phase * whole)) }
}

/** What the device tells of its charge, a whole percentage. */
export const battery = ({ charge }: Senses): { battery: number } => ({ battery: Math.round(charge) })
