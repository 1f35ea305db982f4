import { InvalidArgumentError } from 'commander'

/** Values of options and arguments: each takes what was typed and gives the value, or says what it must be. */

/** What a seed may be. */
export function whole(text: string): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value > 2 ** 32 - 1)
    throw new InvalidArgumentError('It must be a whole number from 0.')
  return value
}

/** A number of things, of which there is at least one. */
export function natural(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}

/** Any number that is not negative. */
export function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number from 0.')
  return value
}

/** How many times as fast as life; `max`: Infinity. */
export function speed(text: string): number {
  const value = text === 'max' ? Number.POSITIVE_INFINITY : Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0, or max.')
  return value
}

/** 0: a free one. */
export function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.')
  return value
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `1h`, `7d`, `500ms`; a bare number is seconds. In ms. */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/.exec(text.trim()) ?? []
  if (number === '') throw new InvalidArgumentError('It must be a duration: 500ms, 90s, 5m, 1h, 7d.')
  return Number(number) * (units[unit] ?? 0)
}

/** Takes what `parse` takes, but not nothing. */
export const positive =
  (parse: (text: string) => number) =>
  (text: string): number => {
    const value = parse(text)
    if (value === 0) throw new InvalidArgumentError('It must be more than 0.')
    return value
  }
