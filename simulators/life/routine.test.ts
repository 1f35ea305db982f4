import { describe, expect, it } from 'vitest'
import { atLocal, HOUR, isWeekend, localHour } from './calendar.ts'
import { makePerson } from './person.ts'
import { type Condition, DAY_BEGINS, type Dated, dayOf, figureAt, lifeDay } from './routine.ts'
import { changed, emptyScene, type Figure, type Room, type Scene } from './scene.ts'

const people = Array.from({ length: 24 }, (_, seed) => makePerson({ id: `p${seed}`, seed }))
const week = Array.from({ length: 7 }, (_, n) => 20_000 + n)
const conditions: Condition[] = ['well', 'ill']

type Moment = { at: number; until: number; scene: Scene; figure: Figure; dated: Dated }

/** The scene after each change of a day, and how long it stayed so. */
function moments(changes: readonly Dated[], end: number): Moment[] {
  let scene = emptyScene
  return changes.map((dated, n) => {
    scene = changed(scene, dated.change)
    const figure = scene.figures[0]
    if (!figure) throw new Error('A day begins with somebody in it.')
    return { at: dated.at, until: changes[n + 1]?.at ?? end, scene, figure, dated }
  })
}

const days = people.flatMap((person) =>
  week.flatMap((day) =>
    conditions.map((condition) => {
      const changes = dayOf(person, day, condition)
      return { person, day, condition, changes, moments: moments(changes, atLocal(day + 1, DAY_BEGINS)) }
    }),
  ),
)
const wellDays = days.filter(({ condition }) => condition === 'well')
const hoursOf = (all: Moment[], is: (moment: Moment) => boolean): number =>
  all.filter(is).reduce((sum, { at, until }) => sum + until - at, 0) / HOUR
const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const flow = ({ scene, figure }: Moment): number => scene.flows[figure.who] ?? 0
const passesDoor = ({ dated }: Moment): boolean =>
  dated.change.what === 'opens' && dated.change.opening === 'front_door'
/** Times on the toilet within the night's sleep: asleep a quarter of an hour before and an hour after. */
function nightVisits(all: Moment[]): number {
  const isAsleep = (from: number, to: number) =>
    all.some(({ figure, at, until }) => figure.doing === 'asleep' && until > from && at < to)
  return all.filter(({ figure, at }, n) => {
    if (figure.room !== 'bathroom' || figure.posture !== 'sitting' || all[n - 1]?.figure.posture === 'sitting')
      return false
    return isAsleep(at - HOUR / 4, at) && isAsleep(at, at + HOUR)
  }).length
}

describe('a day', () => {
  it('is the same from the same person, day and condition', () => {
    const [person] = people
    if (!person) throw new Error('nobody')
    expect(dayOf(person, 20_000, 'well')).toEqual(dayOf(person, 20_000, 'well'))
    expect(dayOf(person, 20_000, 'well')).not.toEqual(dayOf(person, 20_001, 'well'))
  })

  it('goes forward, from four to four, and ends as the next begins: asleep in bed, everything shut and off', () => {
    for (const { day, changes, moments: all } of days) {
      const times = changes.map(({ at }) => at)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.every(Number.isInteger)).toBe(true)
      expect(times[0]).toBe(atLocal(day, DAY_BEGINS))
      expect(times.at(-1)).toBeLessThan(atLocal(day + 1, DAY_BEGINS))
      const first = all[0]
      const last = all.at(-1)
      expect(last?.figure).toMatchObject({ room: 'bedroom', posture: 'lying', doing: 'asleep', inBed: true })
      expect(first?.figure).toMatchObject({ room: 'bedroom', posture: 'lying', doing: 'asleep', inBed: true })
      expect(last?.scene.open.size).toBe(0)
      expect(last?.scene.stove).toBe(false)
      expect(last && flow(last)).toBe(0)
    }
  })

  it('leads from room to room through the hall, and outside only through the open front door', () => {
    const isWrongWay = ({ figure, scene }: Moment, before: Room | undefined): boolean => {
      if (figure.room === before) return false
      const between = [figure.room, before]
      if (between.includes('outside') && !scene.open.has('front_door')) return true
      if (between.includes('bathroom') && !scene.open.has('bathroom_door')) return true
      return !between.includes('hall')
    }
    for (const { moments: all } of days)
      expect(all.slice(1).filter((moment, n) => isWrongWay(moment, all[n]?.figure.room))).toEqual([])
  })

  it('opens only what is shut, and shuts only what is open', () => {
    for (const { moments: all } of days) {
      const wrong = all.filter(({ dated: { change } }, n) => {
        if (change.what !== 'opens' && change.what !== 'closes') return false
        return all[n - 1]?.scene.open.has(change.opening) !== (change.what === 'closes')
      })
      expect(wrong).toEqual([])
    }
  })

  it('has a stove only with somebody awake in the kitchen, and water and openings only where they are', () => {
    const isWrong = (moment: Moment): boolean => {
      const { scene, figure } = moment
      const { room, doing } = figure
      if (doing === 'asleep' && (scene.stove || scene.open.size > 0 || flow(moment) > 0)) return true
      if (room !== 'kitchen' && (scene.stove || scene.open.has('fridge') || scene.open.has('cupboard'))) return true
      if (flow(moment) > 0 && room !== 'kitchen' && room !== 'bathroom') return true
      return scene.open.has('window') && room !== 'bedroom'
    }
    for (const { moments: all } of days) expect(all.filter(isWrong)).toEqual([])
  })

  it('has no figure that contradicts itself', () => {
    const isAbsurd = ({ doing, room, posture, inBed, effort }: Figure): boolean => {
      if ((doing === 'out') !== (room === 'outside')) return true
      if (inBed && (room !== 'bedroom' || posture === 'standing')) return true
      if (posture === 'lying' ? !inBed : posture === 'on_floor') return true
      return (doing === 'asleep' && posture === 'standing') || effort < 0 || effort > 100
    }
    for (const { person, moments: all } of days)
      expect(all.filter(({ figure }) => figure.who !== person.id || isAbsurd(figure))).toEqual([])
  })

  it('is fine-grained enough for sensors and coarse enough for weeks in seconds', () => {
    for (const { changes } of wellDays) {
      expect(changes.length).toBeGreaterThan(350)
      expect(changes.length).toBeLessThan(1_600)
    }
  })
})

describe('a life', () => {
  const ofPerson = (id: string, condition: Condition = 'well') =>
    days.filter((one) => one.person.id === id && one.condition === condition)

  it('sleeps 5 to 11 hours a day, mostly at night, and is out of bed by noon', () => {
    for (const { person } of wellDays) {
      const all = ofPerson(person.id).flatMap((one) => one.moments)
      const asleep = hoursOf(all, ({ figure }) => figure.doing === 'asleep') / 7
      expect(asleep).toBeGreaterThan(5.5)
      expect(asleep).toBeLessThan(11)
      const atNoon = all.filter(({ at, until }) => localHour(at) < 11.5 && localHour(until) >= 11.5)
      expect(atNoon.every(({ figure }) => !figure.inBed)).toBe(true)
    }
  })

  it('has people who sleep through and people who are up two or three times a night', () => {
    const perNight = people.map(({ id }) => average(ofPerson(id).map((one) => nightVisits(one.moments))))
    expect(Math.min(...perNight)).toBeLessThan(0.5)
    expect(Math.max(...perNight)).toBeGreaterThan(1.8)
    expect(average(perNight)).toBeGreaterThan(0.7)
    expect(average(perNight)).toBeLessThan(2)
    const whole = wellDays.map((one) => nightVisits(one.moments))
    expect(Math.max(...whole)).toBeLessThanOrEqual(6)
  })

  it('goes out on some days and stays in on others', () => {
    const outings = wellDays.map((one) => one.moments.filter(passesDoor).length / 2)
    expect(outings.every(Number.isInteger)).toBe(true)
    expect(outings.filter((count) => count === 0).length).toBeGreaterThan(wellDays.length * 0.15)
    expect(average(outings)).toBeGreaterThan(0.5)
    expect(average(outings)).toBeLessThan(1.6)
  })

  it('follows the habits: a home bird never leaves, and who never cooks leaves the stove cold', () => {
    for (const person of people.slice(0, 6)) {
      const habits = { ...person.habits, staysIn: 1, cooks: 0, cooksBreakfast: 0, naps: 0 }
      const changes = week.flatMap((day) => dayOf({ ...person, habits }, day, 'well'))
      expect(changes.filter(({ change }) => change.what === 'stove')).toEqual([])
      expect(changes.filter(({ change }) => change.what === 'opens' && change.opening === 'front_door')).toEqual([])
    }
  })

  it('cooks most noons, washes, and is still for some stretches', () => {
    const all = wellDays.map((one) => one.moments)
    const cooked = all.filter((one) => one.some(({ scene, at }) => scene.stove && Math.abs(localHour(at) - 12.5) < 2))
    expect(cooked.length / all.length).toBeGreaterThan(0.5)
    const litres = all.map((one) => one.reduce((sum, m) => sum + (flow(m) * (m.until - m.at)) / 60_000, 0))
    expect(average(litres)).toBeGreaterThan(50)
    expect(average(litres)).toBeLessThan(160)
    expect(average(all.map((one) => hoursOf(one, ({ figure }) => figure.posture === 'sitting')))).toBeGreaterThan(4)
  })

  it('rises later at the weekend', () => {
    /** The last time out of bed in the morning. */
    const rise = (all: Moment[]): number =>
      localHour(
        all.findLast(
          ({ figure, at }, n) => localHour(at) > 4 && localHour(at) < 11 && !figure.inBed && all[n - 1]?.figure.inBed,
        )?.at ?? 0,
      )
    const rises = (weekend: boolean) =>
      average(wellDays.filter(({ day }) => isWeekend(day) === weekend).map((one) => rise(one.moments)))
    expect(rises(true)).toBeGreaterThan(rises(false) + 0.1)
  })

  it('spends an illness in bed: nobody goes out or cooks, the toilet calls more often', () => {
    const ill = days.filter(({ condition }) => condition === 'ill')
    expect(ill.some((one) => one.moments.some(({ scene, figure }) => scene.stove || figure.doing === 'out'))).toBe(
      false,
    )
    const inBed = (some: typeof days) => average(some.map((one) => hoursOf(one.moments, ({ figure }) => figure.inBed)))
    expect(inBed(ill)).toBeGreaterThan(inBed(wellDays) + 7)
    const toilet = (some: typeof days) => average(some.map((one) => nightVisits(one.moments)))
    expect(toilet(ill)).toBeGreaterThan(toilet(wellDays) * 1.3)
    expect(average(ill.map((one) => one.changes.length))).toBeLessThan(
      average(wellDays.map((one) => one.changes.length)),
    )
  })
})

describe('the figure at an instant', () => {
  it('is what the last change before made of it, to the ms', () => {
    const { person, day, condition, moments: all } = wellDays[10] ?? {}
    if (!person || !day || !condition || !all) throw new Error('no day')
    const woke = all.find(({ dated }) => dated.change.what === 'moves' && dated.change.figure.doing === 'awake')
    expect(figureAt(person, woke?.at ?? 0, condition)).toMatchObject({ doing: 'awake' })
    expect(figureAt(person, (woke?.at ?? 0) - 1, condition)).toMatchObject({ doing: 'asleep' })
    expect(lifeDay(atLocal(day, DAY_BEGINS))).toBe(day)
    expect(lifeDay(atLocal(day, DAY_BEGINS) - 1)).toBe(day - 1)
  })
})
