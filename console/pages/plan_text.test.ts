import { beforeEach, expect, it } from 'vitest'
import { Plan } from '../../domain/dispatch.ts'
import { useLanguage } from '../words/words.js'
import { forText, lengthText, planText } from './plan_text.js'

const plan = Plan.parse({
  ...{ id: 'p', name: 'p', area: 'hill', home: null, resident: null, lease_s: null },
  kinds: ['sos', 'fall'],
  severities: null,
  steps: [
    { after_s: 0, tell: [{ to: 'duty' }] },
    {
      after_s: 60,
      tell: [
        { to: 'duty', role: 'supervisor' },
        { to: 'contacts', each_s: 45 },
      ],
    },
    {
      after_s: 90,
      tell: [
        { to: 'team', team: 'red', order: 'parallel' },
        { to: 'emergency', number: '120' },
      ],
      window: { from: '22:00', to: '07:00' },
    },
  ],
  repeat: { every_s: 120, from_step: 2 },
  area_above: true,
})
const names = (kind: string, id: string) => `${kind} ${id}`

beforeEach(() => useLanguage('en'))

it('is one sentence of what happens when', () => {
  expect(planText(plan, names)).toBe(
    'at once: dispatchers on duty; after 1 min: supervisors on duty, contacts in order, 45 s apart; ' +
      'after 1 min 30 s: all of team red, telephone 120 (only 22:00–07:00); then the plan further up; ' +
      'then again from step 2, every 2 min, until somebody answers',
  )
})

it('is one in Chinese too', () => {
  useLanguage('zh-CN')
  expect(planText(plan, names)).toContain('立即：值班调度员；1 分钟后：值班主管、联系人依次通知，间隔 45 秒')
})

it('says what it is for', () => {
  expect(forText(plan)).toBe('SOS pressed, Fall')
  expect(forText({ kinds: null, severities: null })).toBe('every kind, every severity')
  expect(forText({ kinds: null, severities: ['critical'] })).toBe('every kind · critical')
})

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [3_600, '1 h'],
  [86_399, '23 h 59 min 59 s'],
])('%i seconds are %s', (seconds, text) => {
  expect(lengthText(seconds)).toBe(text)
})
