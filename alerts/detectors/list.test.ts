import { describe, expect, it } from 'vitest'
import type { Signal } from '../../domain/message.ts'
import { type SignalKind, severities, signals } from '../../domain/signals.ts'
import { detectorOf, detectors } from './list.ts'

const kinds = Object.keys(signals) as SignalKind[]
const alertOf = (signal: Signal) => detectorOf(signal.signal).detect(signal)

describe('the list of detectors', () => {
  it.each(kinds)('has exactly one detector for %s', (kind) => {
    expect(detectors.filter((detector) => detector.kinds.includes(kind))).toHaveLength(1)
    expect(detectorOf(kind).kinds).toContain(kind)
  })

  it.each(kinds)('makes an alert of %s, whatever stands beside it', (kind) => {
    for (const confidence of [undefined, 0, 0.49, 0.5, 1]) {
      const alert = alertOf({ signal: kind, at: undefined, ...(confidence === undefined ? {} : { confidence }) })
      expect(alert.kind).toBe(kind)
      expect(alert.reason).toMatch(/^[a-z_]+$/)
      expect(severities).toContain(alert.severity)
    }
  })
})

describe('sos', () => {
  it('is a pressed button, even where the device is not sure of it', () => {
    expect(alertOf({ signal: 'sos', at: undefined, confidence: 0.1 })).toEqual({
      reason: 'sos_pressed',
      kind: 'sos',
      severity: 'critical',
      doubts: [],
    })
  })
})

describe('fall', () => {
  it.each([undefined, 0.5, 1])('is reported at confidence %s', (confidence) => {
    const alert = alertOf({ signal: 'fall', at: undefined, ...(confidence === undefined ? {} : { confidence }) })
    expect(alert).toEqual({ reason: 'fall_reported', kind: 'fall', severity: 'high', doubts: [] })
  })

  it.each([0, 0.49])('is only suspected, and unverified, at confidence %s', (confidence) => {
    expect(alertOf({ signal: 'fall', at: undefined, confidence })).toEqual({
      reason: 'fall_suspected',
      kind: 'fall',
      severity: 'medium',
      doubts: ['low_confidence'],
    })
  })
})

describe('hazard', () => {
  it.each([
    ['smoke', 'critical'],
    ['gas', 'critical'],
    ['carbon_monoxide', 'critical'],
    ['water_leak', 'medium'],
  ] as const)('reports %s as %s', (signal, severity) => {
    const alert = alertOf({ signal, at: undefined })
    expect(alert).toEqual({ reason: 'hazard_reported', kind: signal, severity, doubts: [] })
  })
})

describe('reported', () => {
  it.each([
    ['vital_sign', 'high'],
    ['inactivity', 'medium'],
    ['wandering', 'medium'],
  ] as const)('reports %s as %s', (signal, severity) => {
    const alert = alertOf({ signal, at: undefined })
    expect(alert).toEqual({ reason: 'condition_reported', kind: signal, severity, doubts: [] })
  })
})
