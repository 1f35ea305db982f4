import { expect, it } from 'vitest'
import { thresholdOf, verdictOf } from './loso.ts'
import { scoreOf, type Verdict } from './score.ts'

const label = {
  id: 'a',
  set: 's',
  person: 'p',
  act: 'F01',
  isFall: true,
  isElder: false,
  placement: 'wrist',
  rate_hz: 50,
  range_g: 4,
  span: [3, 6] as const,
  seconds: 20,
}
const verdict = (isFall: boolean, alarms: number, more: Partial<typeof label> = {}, decidedAt = 7): Verdict => ({
  trial: { ...label, ...more, isFall },
  isAlarm: alarms > 0,
  alarms,
  ...(alarms > 0 && { decidedAt }),
})

it('counts trials, alarms, hours and elders', () => {
  const score = scoreOf([
    verdict(true, 1),
    verdict(true, 1, {}, 8),
    verdict(true, 1, {}, 9),
    verdict(true, 0),
    verdict(false, 2, { seconds: 1_800 }),
    verdict(false, 0, { seconds: 1_800 }),
    verdict(false, 1, { seconds: 900, isElder: true }),
  ])
  expect(score).toMatchObject({ falls: 4, found: 3, daily: 3, false_alarms: 2, alarms: 3, hours: 1.25 })
  expect(score).toMatchObject({ sensitivity: 0.75, precision: 0.6, alarms_an_hour: 2.4, delay: 5, delays: 3 })
  expect(score.f1).toBeCloseTo(6 / 9, 12)
  expect(score.elders).toEqual({ trials: 1, false_alarms: 1, hours: 0.25, alarms: 1 })
})

it('takes impacts within ten seconds for one alarm, and decides three seconds after the first', () => {
  const impacts = [1, 4, 9, 14.5].map((at) => ({ at, logOdds: at === 1 ? -1 : 2 }))
  expect(verdictOf({ label, impacts }, 0)).toMatchObject({ isAlarm: true, alarms: 2, decidedAt: 7 })
  expect(verdictOf({ label, impacts }, 3)).toMatchObject({ isAlarm: false, alarms: 0 })
})

it('chooses a lower threshold the more a missed fall costs', () => {
  const trial = (isFall: boolean, logOdds: number) => ({ label: { ...label, isFall }, impacts: [{ at: 1, logOdds }] })
  const trials = [
    ...[-1, 1.5, 3, 3, 3].map((logOdds) => trial(true, logOdds)),
    ...[-4, -0.5, 0.5, 2, -3].map((logOdds) => trial(false, logOdds)),
  ]
  const [sensitive, balanced, quiet] = [2, 1, 0.5].map((beta) => thresholdOf(trials, beta))
  expect(sensitive).toBeLessThan(-1)
  expect(balanced).toBeGreaterThan(0.5)
  expect(quiet).toBeGreaterThan(2)
})
