import { describe, expect, test } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { at, codes, decode, receivedAt } from '../test_decode.ts'
import { isUrgent } from '../urgent.ts'

const done = { command: 'c-1', result: 'done' }

describe('answers', () => {
  test('an answer is taken with all that stands beside it', () => {
    const position = { lat: 39.6, lon: 106.8 }
    const { device, answers, refusals } = decode('answers', { at, ...done, detail: 'rang for 10 s', position, seq: 4 })
    expect(device).toBe('watch-1')
    expect(answers).toEqual([{ at, ...done, detail: 'rang for 10 s', position, seq: 4 }])
    expect(refusals).toEqual([])
  })

  test('without a time, or with a clock that is ahead, it is of the time of receipt', () => {
    const of = (more: object) => decode('answers', { ...done, ...more }).answers.map((answer) => answer.at)
    expect([of({}), of({ at: receivedAt + 3_600_000 })]).toEqual([[receivedAt], [receivedAt]])
  })

  test('each of a batch stands or falls on its own', () => {
    const batch = [done, { command: 'c-2' }, { ...done, command: 'c-3', result: 'refused' }, 'done']
    const decoded = decode('answers', batch)
    expect(decoded.answers.map(({ command, result }) => [command, result])).toEqual([
      ['c-1', 'done'],
      ['c-3', 'refused'],
    ])
    expect(codes(decoded)).toEqual(['payload_invalid', 'payload_invalid'])
  })

  test.each([
    [{ result: 'done' }],
    [{ command: 7, result: 'done' }],
    [{ command: 'a/b', result: 'done' }],
    [{ command: 'c-1' }],
    [{ command: 'c-1', result: 'ok' }],
    [{ command: 'c-1', result: 'toString' }],
  ])('%j is none', (body) => {
    const decoded = decode('answers', body)
    expect([decoded.answers, codes(decoded)]).toEqual([[], ['payload_invalid']])
  })

  test('a broken time or detail costs only itself', () => {
    const decoded = decode('answers', { at: 'yesterday', ...done, detail: { a: 1 } })
    expect(decoded.answers).toEqual([{ at: receivedAt, ...done }])
    expect(codes(decoded)).toEqual(['time_invalid', 'payload_invalid'])
  })

  test('of one that is too large to be kept beside its command the result counts', () => {
    const decoded = decode('answers', { at, ...done, log: 'x'.repeat(limits.commandBytes) })
    expect(decoded.answers).toEqual([{ at, ...done }])
    expect(codes(decoded)).toEqual(['payload_invalid'])
  })

  test('a signal in it counts, beside the answer or alone, and makes it urgent', () => {
    const beside = decode('answers', { at, ...done, signal: 'sos' })
    expect([beside.answers.length, beside.signals]).toEqual([1, [{ signal: 'sos', at }]])
    const alone = decode('answers', { at, signal: 'sos' })
    expect([alone.signals, alone.answers, codes(alone)]).toEqual([[{ signal: 'sos', at }], [], []])
    expect(decode('answers', { command: 'c-1', result: 'sos' }).signals).toMatchObject([{ signal: 'sos' }])
    const urgent = (body: object) => isUrgent('vigil/v1/watch-1/answers', Buffer.from(JSON.stringify(body)))
    expect([urgent(done), urgent({ ...done, signal: 'sos' })]).toEqual([false, true])
  })
})
