import type { Random } from '../../domain/random.ts'
import { deviceModels } from '../devices/models.ts'
import type { HomePlan } from '../home/home.ts'
import type { Emergency } from './messages.ts'

/** Presses of one emergency come this far apart, ms. */
export const PRESSES_APART = 2_000
const PRESSES_MOST = 3

export type EmergencyOptions = {
  perMinute: number
  /** Epoch ms; `until` may be Infinity. */
  from: number
  until: number
  random: Random
}

/** The device with a button in a home, if it has one that speaks for itself. */
const buttonOf = ({ devices }: HomePlan): string | undefined =>
  devices.find(({ kind }) => deviceModels[kind].button)?.id

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items]
  for (let n = all.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1))
    ;[all[n], all[other]] = [all[other]!, all[n]!]
  }
  return all
}

/** The homes in which somebody can press for help. */
export const withButton = (homes: readonly HomePlan[]): HomePlan[] =>
  homes.filter((home) => buttonOf(home) !== undefined)

/**
 * Presses in need, evenly over the minutes, each in a home of its own, so that each must make exactly one ticket. They
 * end with `until` or with the homes.
 */
export function planEmergencies(homes: readonly HomePlan[], options: EmergencyOptions): Emergency[] {
  const { perMinute, from, until, random } = options
  const slot = 60_000 / perMinute
  const fitting = (at: number): number => 1 + Math.floor((until - at) / PRESSES_APART)
  return shuffled(withButton(homes), random)
    .map((home, n) => ({ home, at: Math.floor(from + (n + random()) * slot) }))
    .filter(({ at }) => at <= until)
    .map(({ home, at }) => ({
      home: home.id,
      device: buttonOf(home) ?? '',
      at,
      times: Math.min(1 + Math.floor(random() * PRESSES_MOST), fitting(at)),
    }))
}
