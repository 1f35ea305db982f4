import { describe, expect, it } from 'vitest'
import { createBody } from './body.ts'
import { atLocal, HOUR, localHour, MINUTE } from './calendar.ts'
import { makePerson, type Person } from './person.ts'
import { type Condition, dayOf } from './routine.ts'
import type { Figure } from './scene.ts'
import type { Vitals } from './vitals.ts'

const people = Array.from({ length: 8 }, (_, seed) => makePerson({ id: `p${seed}`, seed }))
const DAY = 20_000
type Sample = { at: number; figure: Figure; vitals: Vitals }

/** The vitals of some days, asked `every` so many ms. */
function samplesOf(person: Person, days: number, every: number, condition: Condition = 'well'): Sample[] {
  const start = atLocal(DAY, 4)
  const body = createBody(person, start)
  if (condition === 'ill') body.fever(true, start)
  const changes = Array.from({ length: days }, (_, n) => dayOf(person, DAY + n, condition)).flat()
  const samples: Sample[] = []
  let at = start
  let figure: Figure | undefined
  for (const dated of changes) {
    for (; figure && at < dated.at; at += every) samples.push({ at, figure, vitals: body.vitals(at) })
    if (dated.change.what !== 'moves') continue
    figure = dated.change.figure
    body.follow(dated.at, figure)
  }
  return samples
}

const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const mean = (samples: Sample[], vital: keyof Vitals): number => average(samples.map(({ vitals }) => vitals[vital]))
const lives = people.map((person) => samplesOf(person, 4, MINUTE))
const hourOf = ({ at }: Sample): number => Math.floor(localHour(at))

const sitting: Figure = { who: 'p', room: 'living_room', posture: 'sitting', doing: 'awake', effort: 4, inBed: false }
const walking: Figure = { ...sitting, posture: 'standing', effort: 46 }
const floored: Figure = { ...sitting, posture: 'on_floor', doing: 'fallen', effort: 2 }
const noon = atLocal(DAY, 12)
function atRest() {
  const [person] = people
  if (!person) throw new Error('nobody')
  const body = createBody(person, noon)
  body.follow(noon, sitting)
  return { person, body }
}

describe('vitals', () => {
  it('do not depend on how often they are asked', () => {
    for (const person of people.slice(0, 3)) {
      const hourly = samplesOf(person, 1, HOUR)
      const often = new Map(samplesOf(person, 1, MINUTE).map(({ at, vitals }) => [at, vitals]))
      expect(hourly.length).toBeGreaterThan(20)
      for (const { at, vitals } of hourly) expect(often.get(at)).toEqual(vitals)
    }
  })

  it('stay within what a living old body does', () => {
    const bounds: [keyof Vitals, number, number][] = [
      ['heartRate', 42, 125],
      ['respirationRate', 8.5, 25],
      ['spo2', 92, 100],
      ['temperature', 35.5, 37.6],
      ['systolic', 85, 180],
      ['diastolic', 45, 110],
      ['activity', 0, 100],
    ]
    for (const [vital, low, high] of bounds) {
      const values = lives.flat().map(({ vitals }) => vitals[vital])
      expect(Math.min(...values), vital).toBeGreaterThanOrEqual(low)
      expect(Math.max(...values), vital).toBeLessThanOrEqual(high)
    }
    expect(lives.flat().every(({ vitals }) => vitals.systolic > vitals.diastolic + 20)).toBe(true)
  })

  it('sink in sleep: heart, breath, oxygen and by 8 to 20 % the blood pressure', () => {
    for (const samples of lives) {
      const asleep = samples.filter(({ figure }) => figure.doing === 'asleep')
      const awake = samples.filter(({ figure }) => figure.doing === 'awake')
      expect(mean(asleep, 'heartRate')).toBeLessThan(mean(awake, 'heartRate') - 5)
      expect(mean(asleep, 'respirationRate')).toBeLessThan(mean(awake, 'respirationRate') - 1)
      expect(mean(asleep, 'spo2')).toBeLessThan(mean(awake, 'spo2') - 0.2)
      const dip = 1 - mean(asleep, 'systolic') / mean(awake, 'systolic')
      expect(dip).toBeGreaterThan(0.08)
      expect(dip).toBeLessThan(0.2)
    }
  })

  it('have the temperature lowest about 5 and highest about 17 o’clock', () => {
    const all = lives.flat()
    const byHour = Array.from({ length: 24 }, (_, hour) =>
      mean(
        all.filter((s) => hourOf(s) === hour),
        'temperature',
      ),
    )
    expect(Math.abs(byHour.indexOf(Math.min(...byHour)) - 5)).toBeLessThanOrEqual(2)
    expect(Math.abs(byHour.indexOf(Math.max(...byHour)) - 17)).toBeLessThanOrEqual(2)
  })

  it('rise with effort within minutes and come down after', () => {
    const { body } = atRest()
    const before = body.vitals(noon)
    body.follow(noon, walking)
    const walked = body.vitals(noon + 5 * MINUTE)
    expect(walked.heartRate).toBeGreaterThan(before.heartRate + 12)
    expect(walked.respirationRate).toBeGreaterThan(before.respirationRate + 1)
    body.follow(noon + 5 * MINUTE, sitting)
    expect(body.vitals(noon + 20 * MINUTE).heartRate).toBeLessThan(before.heartRate + 8)
  })
})

describe('steps', () => {
  it('are some thousand a day, never fewer than before, and begin again at midnight', () => {
    const walked: number[] = []
    for (const samples of lives) {
      const days = new Map<number, number[]>()
      for (const { at, vitals } of samples) {
        const day = Math.floor((at + 8 * HOUR) / (24 * HOUR))
        days.set(day, [...(days.get(day) ?? []), vitals.steps])
      }
      const whole = [...days.values()].slice(1, -1)
      for (const steps of whole) {
        expect(steps).toEqual([...steps].sort((a, b) => a - b))
        expect(steps[0]).toBe(0)
      }
      walked.push(...whole.map((steps) => steps.at(-1) ?? 0))
    }
    expect(Math.min(...walked)).toBeGreaterThan(200)
    expect(Math.max(...walked)).toBeLessThan(20_000)
    expect(average(walked)).toBeGreaterThan(2_000)
    expect(average(walked)).toBeLessThan(6_000)
  })
})

describe('what befalls a body', () => {
  it('is a fever that comes within hours and goes: heart and breath up, oxygen down', () => {
    const { person } = atRest()
    const well = samplesOf(person, 2, 10 * MINUTE).slice(144)
    const ill = samplesOf(person, 2, 10 * MINUTE, 'ill').slice(144)
    expect(mean(ill, 'temperature')).toBeGreaterThan(mean(well, 'temperature') + 1.4)
    expect(mean(ill, 'temperature')).toBeLessThan(40)
    expect(mean(ill, 'heartRate')).toBeGreaterThan(mean(well, 'heartRate') + 8)
    expect(mean(ill, 'respirationRate')).toBeGreaterThan(mean(well, 'respirationRate') + 3)
    expect(mean(ill, 'spo2')).toBeLessThan(mean(well, 'spo2') - 1.5)
    expect(mean(ill, 'activity')).toBeLessThan(mean(well, 'activity'))

    const { body } = atRest()
    const healthy = body.vitals(noon).temperature
    body.fever(true, noon)
    expect(body.vitals(noon + 10 * MINUTE).temperature).toBeLessThan(healthy + 0.4)
    expect(body.vitals(noon + 9 * HOUR).temperature).toBeGreaterThan(healthy + 1)
    body.fever(false, noon + 12 * HOUR)
    expect(body.vitals(noon + 48 * HOUR).temperature).toBeLessThan(healthy + 0.3)
  })

  it('is a fright after a fall that goes on while on the floor and is over half an hour after', () => {
    const { body } = atRest()
    const calm = body.vitals(noon).heartRate
    body.follow(noon, floored)
    body.startle(noon)
    expect(body.vitals(noon + MINUTE).heartRate).toBeGreaterThan(calm + 20)
    expect(body.vitals(noon + 50 * MINUTE).heartRate).toBeGreaterThan(calm + 12)
    body.follow(noon + 50 * MINUTE, sitting)
    expect(body.vitals(noon + 90 * MINUTE).heartRate).toBeLessThan(calm + 8)
  })
})
