import { describe, expect, it } from 'vitest'
import { type Severity, severities } from '../../domain/signals.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { noPause, patterns, toSound } from './sound.js'

const waits = (id: string, severity: Severity) => ({ id, severity }) as Ticket
const quiet = { now: 1_000, cut: false }

describe('the sound', () => {
  it('is that of the gravest ticket that waits, and of a cut line only where nobody waits', () => {
    expect(toSound([], noPause(), quiet)).toBeUndefined()
    expect(toSound([waits('a', 'medium'), waits('b', 'high')], noPause(), quiet)).toBe('high')
    expect(toSound([], noPause(), { now: 1_000, cut: true })).toBe('cut')
    expect(toSound([waits('a', 'low')], noPause(), { now: 1_000, cut: true })).toBe('low')
  })

  it('pauses for what was waiting, not for what comes after, and not for ever', () => {
    const pause = { until: 2_000, of: new Set(['a']), link: false }
    expect(toSound([waits('a', 'critical')], pause, quiet)).toBeUndefined()
    expect(toSound([waits('a', 'critical'), waits('b', 'low')], pause, quiet)).toBe('low')
    expect(toSound([waits('a', 'critical')], pause, { now: 2_000, cut: false })).toBe('critical')
    expect(toSound([], pause, { now: 1_000, cut: true })).toBe('cut')
  })

  it('tells every severity by the number of its pulses, the graver the more and the sooner again', () => {
    const bySeverity = severities.map((severity) => patterns[severity])
    const pulses = bySeverity.map((pattern) => pattern.pulses.length)
    const pace = bySeverity.map(({ everyMs }) => everyMs)
    expect(pulses).toEqual([...new Set(pulses)].sort((a, b) => a - b))
    expect(pace).toEqual([...new Set(pace)].sort((a, b) => b - a))
  })
})
