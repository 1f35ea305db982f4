import { describe, expect, it } from 'vitest'
import { makePerson } from './person.ts'

const people = Array.from({ length: 60 }, (_, seed) => makePerson({ id: `p${seed}`, seed }))
const habit = (name: 'wakes' | 'sleeps' | 'nightVisits' | 'outings' | 'cooks') =>
  people.map(({ habits }) => habits[name])
const spread = (values: number[]) => Math.max(...values) - Math.min(...values)

describe('people', () => {
  it('are the same from the same seed, whatever they are called', () => {
    expect(makePerson({ id: 'a', seed: 7 })).toEqual({ ...makePerson({ id: 'b', seed: 7 }), id: 'a' })
    expect(makePerson({ id: 'a', seed: 7 }).habits).not.toEqual(makePerson({ id: 'a', seed: 8 }).habits)
  })

  it('are larks and owls, home birds and gadabouts', () => {
    expect(spread(habit('wakes'))).toBeGreaterThan(1.5)
    expect(spread(habit('sleeps'))).toBeGreaterThan(2)
    expect(spread(habit('nightVisits'))).toBeGreaterThan(1.5)
    expect(spread(habit('outings'))).toBeGreaterThan(1)
  })

  it('rest in bed 7 to 9.5 hours, and eat in the order of the day', () => {
    for (const { habits } of people) {
      const inBed = 24 + habits.wakes - habits.sleeps
      expect(inBed).toBeGreaterThan(6.5)
      expect(inBed).toBeLessThan(9.5)
      expect([habits.wakes, habits.breakfast, habits.lunch, habits.dinner, habits.sleeps]).toEqual(
        [habits.wakes, habits.breakfast, habits.lunch, habits.dinner, habits.sleeps].sort((a, b) => a - b),
      )
    }
  })

  it('have resting values of the old and well', () => {
    for (const { resting } of people) {
      expect(resting.heartRate).toBeGreaterThan(55)
      expect(resting.heartRate).toBeLessThan(80)
      expect(resting.spo2).toBeGreaterThan(95)
      expect(resting.systolic - resting.diastolic).toBeGreaterThan(35)
    }
  })
})
