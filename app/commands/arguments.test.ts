import { describe, expect, it } from 'vitest'
import { amount, duration, natural, port, positive, whole } from './arguments.ts'

it.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['90', 90_000],
  ['1.5m', 90_000],
  ['5 min', 300_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
])('%s is a duration', (text, ms) => expect(duration(text)).toBe(ms))

it.each(['', 's', '-5s', '5 days', '1e3', 'soon'])('%j is no duration, and the answer says what is', (text) =>
  expect(() => duration(text)).toThrow('It must be a duration: 500ms, 90s, 5m, 1h, 7d.'),
)

describe('a number', () => {
  it.each([
    [whole, '0', 0],
    [whole, '4294967295', 2 ** 32 - 1],
    [natural, '1', 1],
    [amount, '0.5', 0.5],
    [port, '65535', 65_535],
    [positive(amount), '0.5', 0.5],
  ])('%# is taken', (parse, text, value) => expect(parse(text)).toBe(value))

  it.each([
    [whole, '4294967296', 'It must be a whole number from 0.'],
    [natural, '0', 'It must be a whole number from 1.'],
    [natural, '1.5', 'It must be a whole number from 1.'],
    [amount, '', 'It must be a number from 0.'],
    [amount, 'Infinity', 'It must be a number from 0.'],
    [port, '65536', 'It must be a port, 0 to 65535.'],
    [positive(duration), '0s', 'It must be more than 0.'],
  ])('%# is refused with what it must be', (parse, text, sentence) => expect(() => parse(text)).toThrow(sentence))
})
