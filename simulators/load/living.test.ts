import { expect, it } from 'vitest'
import type { Output, SimulatedHome } from '../home.ts'
import { createLiving } from './living.ts'

/** A home in which something happens at each of these times, and how often it was stepped. */
function homeAt(id: string, ...times: number[]) {
  const due = [...times].sort((a, b) => a - b)
  let steps = 0
  const home = {
    plan: { id },
    next: () => due[0] ?? Number.POSITIVE_INFINITY,
    script: ({ at }: { at: number }) => {
      due.push(at)
      due.sort((a, b) => a - b)
    },
    step(at: number): Output[] {
      steps += 1
      const now = due.filter((each) => each <= at)
      due.splice(0, now.length)
      return now.map((each) => ({ what: 'fact', at: each, home: home.plan }) as Output)
    },
  } as unknown as SimulatedHome
  return { home, steps: () => steps }
}

const said = (outputs: Output[]) => outputs.map(({ home, at }) => `${home.id}@${at}`)
const press = { what: 'press', times: 1, every: 0 } as const

it('steps only the homes in which something happens', () => {
  const living = createLiving()
  const homes = [homeAt('a', 10, 30), homeAt('b', 20), homeAt('c')]
  for (const { home } of homes) living.add(home)
  expect(living.next()).toBe(10)
  expect(said(living.step(15))).toEqual(['a@10'])
  expect(living.next()).toBe(20)
  expect(said(living.step(30)).sort()).toEqual(['a@30', 'b@20'])
  expect(homes.map(({ steps }) => steps())).toEqual([2, 1, 0])
  expect(living.next()).toBe(Number.POSITIVE_INFINITY)
})

it('gives everything once and in time, of many homes', () => {
  const living = createLiving()
  const times = Array.from({ length: 500 }, (_, n) => [(n * 7_919) % 1_000, (n * 104_729) % 1_000])
  for (const [n, own] of times.entries()) living.add(homeAt(`h-${n}`, ...own).home)
  const got: number[] = []
  for (let at = living.next(); at < Number.POSITIVE_INFINITY; at = living.next()) {
    for (const output of living.step(at)) {
      expect(output.at).toBe(at)
      got.push(output.at)
    }
  }
  expect(got).toEqual(times.flat().sort((a, b) => a - b))
})

it('what is scripted later may come first', () => {
  const living = createLiving()
  const { home, steps } = homeAt('a', 50)
  living.add(home)
  living.script('a', { at: 20, event: press })
  living.script('a', { at: 10, event: press })
  expect(living.next()).toBe(10)
  expect(said(living.step(20))).toEqual(['a@10', 'a@20'])
  expect(said(living.step(60))).toEqual(['a@50'])
  expect(steps()).toBe(2)
  expect(() => living.script('z', { at: 1, event: press })).toThrow('there is no home z here')
})
