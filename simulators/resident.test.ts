import { describe, expect, it } from 'vitest'
import { seededRandom } from '../domain/random.ts'
import { type Body, bodyAt, fall, liveOn, makePerson } from './resident.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Midnight in Beijing. */
const midnight = Date.UTC(2026, 2, 4, 16)

/** Two days, minute by minute. */
function twoDays(seed: number): Body[] {
  const random = seededRandom(seed)
  const person = makePerson(random)
  let body = bodyAt(person, midnight)
  return Array.from({ length: 2 * 24 * 60 }, (_, n) => {
    body = liveOn(person, body, midnight + (n + 1) * MINUTE, random)
    return body
  })
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe.each([1, 2, 3, 4, 5])('resident %i', (seed) => {
  const bodies = twoDays(seed)
  const during = (doing: string) => bodies.filter((body) => body.doing === doing)

  it('sleeps at night and is up by day', () => {
    const hours = (doing: string) => during(doing).length / 60 / 2
    expect(hours('asleep')).toBeGreaterThan(6.5)
    expect(hours('asleep')).toBeLessThan(11.5)
    const at3 = bodies.filter(({ at }) => (at - midnight) % (24 * HOUR) === 3 * HOUR)
    expect(at3.every(({ doing, room }) => doing === 'asleep' || room === 'bathroom')).toBe(true)
    const at13 = bodies.filter(({ at }) => (at - midnight) % (24 * HOUR) === 13 * HOUR)
    expect(at13.every(({ doing }) => doing !== 'asleep')).toBe(true)
  })

  it('has a slower heart and breath asleep than awake', () => {
    const rates = (doing: string, vital: 'heartRate' | 'respirationRate') => mean(during(doing).map((b) => b[vital]))
    expect(rates('asleep', 'heartRate')).toBeLessThan(rates('awake', 'heartRate') - 5)
    expect(rates('asleep', 'respirationRate')).toBeLessThan(rates('awake', 'respirationRate') - 1)
  })

  it('stays within what a living old body does', () => {
    for (const body of bodies) {
      expect(body.heartRate).toBeGreaterThan(45)
      expect(body.heartRate).toBeLessThan(135)
      expect(body.spo2).toBeGreaterThan(91)
      expect(body.spo2).toBeLessThanOrEqual(100)
      expect(body.temperature).toBeGreaterThan(35.5)
      expect(body.temperature).toBeLessThan(37.8)
      expect(body.respirationRate).toBeGreaterThan(9)
      expect(body.respirationRate).toBeLessThan(26)
      expect(body.systolic).toBeGreaterThan(body.diastolic + 20)
    }
  })

  it('walks some thousand steps a day, never backwards, and begins again at midnight', () => {
    const firstDay = bodies.slice(0, 24 * 60 - 1)
    const walked = firstDay.map(({ steps }) => steps)
    expect(walked).toEqual([...walked].sort((a, b) => a - b))
    expect(walked.at(-1)).toBeGreaterThan(1_000)
    expect(walked.at(-1)).toBeLessThan(12_000)
    expect(bodies[24 * 60 + 60]?.steps).toBeLessThan(200)
  })
})

describe('a fall', () => {
  it('leaves the person on the floor of that room, heart up, until helped', () => {
    const random = seededRandom(1)
    const person = makePerson(random)
    const start = midnight + 13 * HOUR
    const before = bodyAt(person, start)
    let body = fall(before, 'bathroom', start + 5 * MINUTE)
    for (let at = start + 1_000; at < start + 5 * MINUTE; at += 1_000) {
      body = liveOn(person, body, at, random)
      expect(body).toMatchObject({ doing: 'fallen', room: 'bathroom' })
    }
    expect(body.heartRate).toBeGreaterThan(person.heartRate + 20)
    expect(liveOn(person, body, start + 5 * MINUTE, random).doing).not.toBe('fallen')
  })
})
