import { describe, expect, it } from 'vitest'
import type { HomePlan, Output } from '../home/home.ts'
import { factsIn, morning, saidBy, signalsIn } from '../home/test_home.ts'
import { HOUR, MINUTE } from '../life/calendar.ts'
import type { Fact } from '../truth.ts'
import { chanceEvents } from './eventful.ts'
import { madeUpHomes } from './made_up.ts'
import { createWorld } from './world.ts'

const plans: HomePlan[] = madeUpHomes(4, 6)

function outputsOf({ seed = 7, hours = 12, steps = 1, homes = plans, factor = 50 } = {}): Output[] {
  const director = chanceEvents(homes, { seed, startAt: morning, factor })
  const world = createWorld(homes, { seed, startAt: morning, director })
  return Array.from({ length: steps }, (_, n) =>
    world.step(morning + Math.round((hours * HOUR * (n + 1)) / steps)),
  ).flat()
}

const lines = (outputs: Output[]): string[] =>
  outputs.map(({ home, ...output }) => `${home.id} ${JSON.stringify(output)}`)

describe('a world', () => {
  const once = outputsOf()

  it('says the same for the same seed, message for message, however finely it is stepped', () => {
    expect(once.length).toBeGreaterThan(5_000)
    expect(factsIn(once).length).toBeGreaterThan(5)
    expect(lines(outputsOf({ steps: 5_000 }))).toEqual(lines(once))
  })

  it('says something else for another seed', () => {
    expect(lines(outputsOf({ seed: 8 }))).not.toEqual(lines(once))
  })

  it('comes out in order of time over all homes', () => {
    const times = once.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(once.map(({ home }) => home.id)).size).toBe(6)
  })

  it('gives the same from each home when there is one more', () => {
    const fewer = outputsOf({ homes: plans.slice(1) })
    expect(lines(fewer)).toEqual(lines(once.filter(({ home }) => home !== plans[0])))
  })

  it('lets what happens at one instant come out home by home', () => {
    const world = createWorld(plans, { seed: 1, startAt: morning })
    for (const { id } of plans.toReversed())
      world.script(id, { at: morning + HOUR, event: { what: 'visit', lasts: HOUR } })
    const facts = factsIn(world.step(morning + HOUR))
    expect(facts.map(({ home }) => home)).toEqual(plans.map(({ id }) => id))
  })

  it('takes in a home later, which lives from then on', () => {
    const world = createWorld(plans.slice(0, 1), { seed: 1, startAt: morning })
    world.step(morning + HOUR)
    world.add(plans[1]!)
    const outputs = world.step(morning + 2 * HOUR)
    const late = outputs.filter(({ home }) => home === plans[1])
    expect(late.length).toBeGreaterThan(0)
    expect(late[0]!.at).toBeGreaterThanOrEqual(morning + HOUR)
    expect(() => world.add(plans[1]!)).toThrow(`two homes that are called ${plans[1]!.id}`)
  })

  it('lets what was scripted for the past happen now, and refuses a home that there is not', () => {
    const button = plans.find(({ devices }) => devices.some(({ kind }) => kind === 'watch' || kind === 'pendant'))!
    const world = createWorld(plans, { seed: 1, startAt: morning })
    world.step(morning + HOUR)
    world.script(button.id, { at: morning, event: { what: 'accidental_press', times: 1, every: 0 } })
    expect(world.next()).toBeLessThanOrEqual(morning + HOUR)
    const outputs = world.step(morning + HOUR + MINUTE)
    expect(factsIn(outputs)).toMatchObject([{ event: 'accidental_press', at: morning + HOUR }])
    expect(signalsIn(outputs)).toHaveLength(1)
    expect(() => world.script('nowhere', { at: 0, event: { what: 'visit', lasts: HOUR } })).toThrow('no home nowhere')
  })

  it('has nothing to do before its next, and something then', () => {
    const world = createWorld(plans, { seed: 1, startAt: morning })
    world.step(morning + HOUR)
    for (let n = 0; n < 200; n++) {
      const next = world.next()
      expect(world.step(next - 1)).toEqual([])
      world.step(next)
      expect(world.next()).toBeGreaterThan(next)
    }
  })
})

describe('what happens by chance', () => {
  it('does not where the factor is 0', () => {
    expect(factsIn(outputsOf({ factor: 0 }))).toEqual([])
  })

  it('comes at about the rate of real life: falls of a hundred person-years', () => {
    const many = madeUpHomes(9, 40)
    const people = many.reduce((sum, { residents }) => sum + residents.length, 0)
    const director = chanceEvents(many, { seed: 3, startAt: morning, factor: 1 })
    let falls = 0
    const homes = many.map((plan) => ({ plan }))
    for (let day = 0; day < 730; day++)
      director.direct({
        homes: () => homes as never,
        script: (_, { event }) => void (event.what === 'fall' && falls++),
      })
    const aPersonYear = falls / (people * 2)
    expect(aPersonYear).toBeGreaterThan(0.4)
    expect(aPersonYear).toBeLessThan(0.9)
  })

  it('is never what cannot happen in the home, whatever the home', () => {
    const many = madeUpHomes(2, 60)
    const director = chanceEvents(many, { seed: 3, startAt: morning, factor: 100 })
    const world = createWorld(many, { seed: 3, startAt: morning, director })
    const facts = factsIn(world.step(morning + 3 * HOUR))
    expect(new Set(facts.map(({ event }) => event)).size).toBeGreaterThan(8)
    // What the day had before the world began did not happen.
    expect(facts.filter(({ at }) => at === morning)).toEqual([])
  })
})

it('of hard seats most are cancelled by who wears a watch, within seconds, and by nobody else', () => {
  const facts = factsIn(outputsOf({ hours: 24, factor: 200 }))
  const watches = new Set(plans.flatMap(({ devices }) => devices.filter(({ kind }) => kind === 'watch')))
  const wearers = plans.flatMap(({ id, devices }) =>
    devices.filter((one) => watches.has(one)).map(({ wearer }) => `${id} ${wearer}`),
  )
  const who = ({ home, who: person }: Fact) => `${home} ${person}`
  const cancels = facts.filter(({ event }) => event === 'cancel')
  const jolts = facts.filter((fact) => fact.event === 'jolt' && wearers.includes(who(fact)))
  const answers = (cancel: Fact, jolt: Fact) =>
    who(cancel) === who(jolt) && cancel.at > jolt.at && cancel.at < jolt.at + 5_000
  expect(cancels.filter((cancel) => !jolts.some((jolt) => answers(cancel, jolt)))).toEqual([])
  const answered = jolts.filter((jolt) => cancels.some((cancel) => answers(cancel, jolt)))
  // Two in three jolts are seats, four in five of them are cancelled.
  expect(answered.length / jolts.length).toBeGreaterThan(0.4)
  expect(answered.length / jolts.length).toBeLessThan(0.67)
})

it('a home behind a gateway says as much as the others', () => {
  expect(saidBy(outputsOf({ hours: 1 })).length).toBeGreaterThan(300)
})
