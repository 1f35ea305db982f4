import { describe, expect, test } from 'vitest'
import { at, codes, decode, receivedAt } from '../test_decode.ts'

describe('motion', () => {
  const window = { at, rate_hz: 50, range_g: 4, placement: 'wrist', unit: 'g', x: [0, 0.1], y: [0, 0], z: [1, 3.9] }

  test('the example of the contract', () => {
    const { unit: _, ...rest } = window
    expect(decode('motion', window)).toMatchObject({ motions: [rest], refusals: [] })
    expect(decode('motion', rest).motions).toEqual([rest])
  })

  test('metres per second squared become g', () => {
    const { motions } = decode('motion', { ...window, unit: 'm/s2', x: [0, 9.80665], y: [-19.6133, 0] })
    expect(motions[0]?.x[1]).toBeCloseTo(1, 12)
    expect(motions[0]?.y[0]).toBeCloseTo(-2, 12)
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['rate 0', { rate_hz: 0 }, 'payload_invalid'],
    ['rate 1001', { rate_hz: 1_001 }, 'payload_invalid'],
    ['rate as text', { rate_hz: '50' }, 'payload_invalid'],
    ['no rate', { rate_hz: undefined }, 'payload_invalid'],
    ['axes of different lengths', { z: [1] }, 'payload_invalid'],
    ['no axis', { y: undefined }, 'payload_invalid'],
    ['empty axes', { x: [], y: [], z: [] }, 'payload_invalid'],
    ['an axis that is a number', { x: 1 }, 'payload_invalid'],
    ['text among the samples', { x: [0, '0.1'] }, 'value_not_a_number'],
    ['null among the samples', { x: [0, null] }, 'value_not_a_number'],
    ['another unit', { unit: 'mg' }, 'payload_invalid'],
  ])('%s refuses the window', (_, field, code) => {
    const decoded = decode('motion', { ...window, ...field })
    expect(decoded.motions).toEqual([])
    expect(codes(decoded)[0]).toBe(code)
  })

  test.each([1, 1_000, 31.25])('rate %d is taken', (rate_hz) => {
    expect(decode('motion', { ...window, rate_hz }).motions[0]?.rate_hz).toBe(rate_hz)
  })

  test('what is broken beside the axes costs only itself', () => {
    const decoded = decode('motion', { ...window, at: 'bad', range_g: -4, placement: 7 })
    expect(decoded.motions).toEqual([{ at: receivedAt, rate_hz: 50, x: window.x, y: window.y, z: window.z }])
    expect(codes(decoded).sort()).toEqual(['payload_invalid', 'payload_invalid', 'time_invalid'])
  })
})

describe('status', () => {
  test('online and firmware', () => {
    expect(decode('status', { online: false }).statuses).toEqual([{ online: false }])
    expect(decode('status', { online: true, firmware: '1.2' })).toMatchObject({
      statuses: [{ online: true, firmware: '1.2' }],
      refusals: [],
    })
  })

  test('online is true or false; a firmware that is no text costs only itself', () => {
    for (const online of ['true', 1, null]) {
      const decoded = decode('status', { online })
      expect(decoded.statuses).toEqual([])
      expect(codes(decoded)).toEqual(['payload_invalid'])
    }
    const decoded = decode('status', { online: true, firmware: 12 })
    expect(decoded.statuses).toEqual([{ online: true }])
    expect(codes(decoded)).toEqual(['payload_invalid'])
  })

  test('an empty one clears a retained status: nothing said, nothing wrong', () => {
    expect(decode('status', '')).toMatchObject({ statuses: [], refusals: [] })
  })
})
