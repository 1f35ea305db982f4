import { readFileSync } from 'node:fs'
import { type Clock, systemClock } from '../domain/clock.ts'
import { follow, type ShiftedClock, shiftedClock } from '../domain/shifted_clock.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'

/** `offset`: how far it is ahead of the machine's, in ms. */
export type HouseClock = Clock & Pick<ShiftedClock, 'offset'>

/**
 * The clock of a process: the machine's, or for drills and tests one that is ahead of it by what the file of
 * `VIGIL_CLOCK_FILE` says, from the first moment on, and follows it. Whoever sets the file replaces it whole, by renaming.
 * Throws Fault where that is set and there is no such file.
 */
export function openClock({ clockFile }: Pick<Config, 'clockFile'>, name: string): HouseClock {
  if (clockFile === undefined) return { ...systemClock, offset: () => 0 }
  const offset = offsetIn(clockFile)
  if (offset === undefined)
    throw new Fault('VIGIL_CLOCK_FILE must be a file with the milliseconds to be ahead of the machine, or unset.')
  // Past the log and its level: who runs a house with a false clock must not overlook it.
  process.stderr.write(
    `vigil ${name}: THE CLOCK IS SHIFTED, now by ${offset / 1_000} s, as VIGIL_CLOCK_FILE says: for drills and tests only.\n`,
  )
  const clock = shiftedClock(systemClock, offset)
  follow(clock, () => offsetIn(clockFile))
  return clock
}

/** Whole milliseconds, as text; undefined where a file has none or is not there. */
function offsetIn(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
