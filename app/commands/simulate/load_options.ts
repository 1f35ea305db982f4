import { Option } from 'commander'
import { Fault } from '../../fault.ts'
import { amount, duration, positive } from '../arguments.ts'
import type { LoadCommand } from './load.ts'

/** What only the load takes: `vigil simulate --homes N` against a running Vigil. */
export type LoadFields = Partial<Pick<LoadCommand, 'rate' | 'ramp' | 'for' | 'emergencies' | 'storm'>>

/** Added to those of `vigil simulate`. */
export const loadOptions = (): Option[] => [
  new Option('--rate <n>', 'load: so many messages a second over all homes; default: as the homes live').argParser(
    positive(amount),
  ),
  new Option('--ramp <duration>', 'load: connect all devices over so long; default: 50 homes a second').argParser(
    duration,
  ),
  new Option('--for <duration>', 'load: end so long after the ramp; default: Ctrl-C').argParser(duration),
  new Option('--emergencies <n>', 'load: so many a minute, each in a home of its own (default: 6)').argParser(amount),
  new Option('--storm <duration>', 'load: cut all connections so long after the ramp').argParser(duration),
]

const names = ['rate', 'ramp', 'for', 'emergencies', 'storm'] as const

/** Throws a sentence where an option of the load stands without it. */
export function checkLoad(options: LoadFields & { homes?: number; out?: string }): void {
  const given = names.find((name) => options[name] !== undefined)
  if (given === undefined) return
  if (options.out !== undefined)
    throw new Fault(`--${given} and --out do not go together: with --out nobody is connected.`)
  if (options.homes === undefined) throw new Fault(`--${given} needs --homes N: it belongs to the load.`)
}

/** Homes whose devices connect in a second where no ramp is given: about 450 devices, what two cores take at ease. */
const HOMES_PER_SECOND = 50
const EMERGENCIES = 6

/** The load as ordered, with what is not said. */
export const loadOf = (
  options: LoadFields & { homes: number; seed: number; truth?: string; mqtt?: string; http?: string },
): LoadCommand => ({
  ramp: (options.homes / HOMES_PER_SECOND) * 1_000,
  emergencies: EMERGENCIES,
  ...options,
})
