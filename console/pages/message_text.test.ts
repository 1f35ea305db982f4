import { describe, expect, it } from 'vitest'
import { isOfKind, lineOf, type Message, perMinute, readingText, sizeText } from './message_text.js'

const decoded: Message['decoded'] = {
  ...{ codec: 'native', readings: [], signals: [], clears: [], motions: [], statuses: [], answers: [] },
  ...{ refusals: [], warnings: [], left_out: 0 },
}
const message = (more: Partial<Message['decoded']>): Message => ({
  ...{
    lane: 'bulk',
    seq: 1,
    received_at: '2026-11-22T08:00:00.000Z',
    topic: 't',
    sender: null,
    size: 2,
    payload: null,
  },
  ...{ withheld: false, retained: false, replay_of: null, refused: null, dead_letter: null },
  decoded: { ...decoded, ...more },
})
const reading = (metric: string, value: number | null, unit = '%') => ({
  ...{ at: '2026-11-22T08:00:00.000Z', metric, value, unit, implausible: false },
})
const say = {
  signal: (name: string) => name.toUpperCase(),
  word: (key: string, values = {}) => [key, ...Object.values(values)].join('|'),
}

describe('the line of a message', () => {
  it('names readings with their units, and counts what is more than it can hold', () => {
    const readings = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => reading(name, 7))
    expect(lineOf(message({ readings: readings.slice(0, 2) }), say)).toBe('a 7 %, b 7 %')
    expect(lineOf(message({ readings, left_out: 10 }), say)).toBe('a 7 %, b 7 %, c 7 %, d 7 %, more|12')
  })

  it('begins with what was refused, then with signals', () => {
    const refusals = [{ code: 'payload_invalid', detail: 'no value' }]
    const signals = [{ signal: 'sos', at: null, confidence: 1 }]
    const clears = [{ signal: 'smoke' }]
    expect(lineOf(message({ refusals, signals, clears, readings: [reading('a', 0, '1')] }), say)).toBe(
      'refused|payload_invalid: no value, SOS (confidence|1), ended|SMOKE, a 0',
    )
  })

  it('says of a message in which nothing was that there was nothing', () => {
    expect(lineOf(message({}), say)).toBe('nothing')
  })

  it('names a withheld reading without a value', () => {
    expect(readingText(reading('heart_rate', null, '/min'))).toBe('heart_rate /min')
  })
})

it('a message is of every kind that something in it is of', () => {
  const refused = message({ refusals: [{ code: 'x', detail: '' }], readings: [reading('a', 1)] })
  expect((['all', 'readings', 'signals', 'refused'] as const).filter((kind) => isOfKind(refused, kind))).toEqual([
    'all',
    'readings',
    'refused',
  ])
  expect(isOfKind(message({ clears: [{ signal: 'smoke' }] }), 'signals')).toBe(true)
})

it('the rate counts the last minute alone', () => {
  expect(perMinute([0, 39_999, 40_001, 99_000], 100_000)).toBe(2)
})

it('sizes are told in bytes and KiB', () => {
  expect([sizeText(1_023), sizeText(1_536)]).toEqual(['1023 B', '1.5 KiB'])
})
