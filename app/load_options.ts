import { InvalidArgumentError, Option } from 'commander'
import { Fault } from './fault.ts'
import type { LoadCommand } from './simulate_load.ts'

/** What only the load takes: `vigil simulate --homes N` against a running Vigil. */
export type LoadFields = Partial<Pick<LoadCommand, 'rate' | 'ramp' | 'for' | 'emergencies' | 'storm'>>

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 }

/** `90s`, `5m`, `1h`, `500ms`; a bare number is seconds. In ms. */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(text.trim()) ?? []
  if (number === '') throw new InvalidArgumentError('It must be a duration: 500ms, 90s, 5m, 1h.')
  return Number(number) * (units[unit] ?? 0)
}

function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number from 0.')
  return value
}

function rate(text: string): number {
  const value = amount(text)
  if (value === 0) throw new InvalidArgumentError('It must be more than 0.')
  return value
}

export const loadOptions = (): Option[] => [
  new Option('--rate <n>', 'load: so many messages a second over all homes; default: as the homes live').argParser(
    rate,
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
