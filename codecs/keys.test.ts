import { describe, expect, test } from 'vitest'
import { nothingDecoded } from '../domain/message.ts'
import { metrics } from '../domain/metrics.ts'
import { metricOfKey, takeKey } from './keys.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15)
const deviceAt = receivedAt - 4_000

function read(name: string, value: unknown, more: object = {}) {
  const decoded = nothingDecoded()
  const isKnown = takeKey(decoded, name, value, { receivedAt, deviceAt, source: 'mat-1', ...more })
  return { ...decoded, isKnown, warned: decoded.warnings.map(({ code }) => code) }
}

describe('names', () => {
  test('every metric is known by its own name', () => {
    for (const name of Object.keys(metrics)) expect(metricOfKey(name)).toBe(name)
  })
  test.each([
    ['Heart Rate', 'heart_rate'],
    ['heartRate', 'heart_rate'],
    ['HR', 'heart_rate'],
    ['Blood-Oxygen', 'spo2'],
    ['BATTERY', 'battery'],
    ['room_temperature', 'temperature'],
  ])('%s is %s', (name, metric) => {
    expect(metricOfKey(name)).toBe(metric)
  })
  test.each(['', 'constructor', '__proto__', 'colour', `hr${'_'.repeat(70)}`])('%j is no metric', (name) => {
    expect(metricOfKey(name)).toBeUndefined()
  })
})

describe('takeKey', () => {
  test('a reading, at the time of the device, of the one whose it is', () => {
    const { readings, isKnown } = read('pulse', '72')
    expect(readings).toMatchObject([{ metric: 'heart_rate', value: 72, at: deviceAt, source: 'mat-1' }])
    expect(isKnown).toBe(true)
  })
  test('without a time of its own it is of the receipt', () => {
    expect(read('pulse', 72, { deviceAt: undefined }).readings[0]?.at).toBe(receivedAt)
  })
  test('a hazard is a reading and a state, which ends', () => {
    expect(read('Smoke', true)).toMatchObject({
      readings: [{ metric: 'smoke', value: 1 }],
      signals: [{ signal: 'smoke', at: deviceAt, level: true, source: 'mat-1' }],
    })
    expect(read('smoke', 0)).toMatchObject({ signals: [], clears: [{ signal: 'smoke', source: 'mat-1' }] })
  })
  test('what is from the memory ends nothing', () => {
    expect(read('sos', false, { historical: true })).toMatchObject({ signals: [], clears: [] })
    expect(read('sos', true, { historical: true }).signals).toMatchObject([{ signal: 'sos', historical: true }])
  })
  test('a carbon monoxide of 0.4 is no alarm by another name, and what says nothing is kept silently', () => {
    expect(read('co', 0.4)).toMatchObject({ signals: [], isKnown: false, warned: [] })
    expect(read('colour', 'red')).toMatchObject({ isKnown: false, warned: [] })
  })
})
