import { expect, it } from 'vitest'
import { Plan } from '../../domain/dispatch.ts'
import { choosePlan } from './plan_choice.ts'

const step = (after_s: number) => ({ after_s, tell: [{ to: 'duty' as const, role: 'dispatcher' as const }] })
const plan = (id: string, given: Partial<Plan> = {}): Plan =>
  Plan.parse({
    id,
    name: id,
    area: null,
    home: null,
    resident: null,
    kinds: null,
    severities: null,
    steps: [step(0)],
    repeat: null,
    lease_s: null,
    ...given,
  })
const sos = { kind: 'sos', severity: 'critical', areaPath: '/city/hill/' } as const
const everywhere = plan('everywhere')
const city = plan('city', { area: 'city' })
const hill = plan('hill', { area: 'hill' })
const elm = plan('elm', { home: 'elm' })
const granny = plan('granny', { resident: 'granny' })

it.each([
  [[everywhere, city, hill, elm, granny], 'granny', 'resident'],
  [[everywhere, city, hill, elm], 'elm', 'home'],
  [[everywhere, city, hill], 'hill', 'area'],
  [[everywhere, city], 'city', 'area_above'],
  [[everywhere], 'everywhere', 'everywhere'],
] as const)('the nearest wins and says why: of %j', (plans, id, reason) => {
  for (const order of [plans, plans.toReversed()]) expect(choosePlan(order, sos)).toMatchObject({ id, reason })
})

it('none at all is an answer', () => {
  expect(choosePlan([], sos)).toBeUndefined()
  expect(choosePlan([plan('falls', { kinds: ['fall'] })], sos)).toBeUndefined()
})

it('is for its kinds and severities only; at the same place the one that says more wins, then the first by id', () => {
  const falls = plan('falls', { area: 'hill', kinds: ['fall'] })
  const calls = plan('calls', { area: 'hill', kinds: ['sos'] })
  const grave = plan('grave', { area: 'hill', kinds: ['sos'], severities: ['critical'] })
  const minor = plan('minor', { area: 'hill', severities: ['low', 'medium'] })
  expect(choosePlan([hill, falls, calls, grave, minor], sos)?.id).toBe('grave')
  expect(choosePlan([hill, falls, calls, minor], sos)?.id).toBe('calls')
  expect(choosePlan([falls, minor, city], sos)?.id).toBe('city')
  expect(choosePlan([plan('b', { area: 'hill' }), plan('a', { area: 'hill' })], sos)?.id).toBe('a')
})

it('goes on with the steps of the plans further up, one for each place, and repeats by the last that says so', () => {
  const home = plan('home', { home: 'elm', steps: [step(0), step(30)], area_above: true })
  const street = plan('street', {
    area: 'hill',
    steps: [step(60)],
    area_above: true,
    repeat: { every_s: 20, from_step: 1 },
  })
  const other = plan('street-2', { area: 'hill', steps: [step(61)] })
  const top = plan('top', { area: 'city', steps: [step(90), step(120)], repeat: { every_s: 300, from_step: 2 } })
  const chosen = choosePlan([top, other, street, home], sos)
  expect(chosen?.steps.map(({ plan: of, after_s }) => `${of} ${after_s}`)).toEqual([
    'home 0',
    'home 30',
    'street 60',
    'top 90',
    'top 120',
  ])
  expect(chosen?.repeat).toEqual({ every_s: 300, from_step: 5 })
  const withoutTop = choosePlan([street, home], sos)
  expect(withoutTop?.repeat).toEqual({ every_s: 20, from_step: 3 })
})

it('stops where a plan does not go on', () => {
  const home = plan('home', { home: 'elm' })
  expect(choosePlan([home, city], sos)?.steps.map(({ plan: of }) => of)).toEqual(['home'])
})
