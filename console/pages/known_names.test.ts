import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { days, Target } from '../../domain/dispatch.ts'
import { errorTable } from '../../domain/errors.ts'
import { roles as allRoles } from '../../domain/registry.ts'
import { ticketKinds as allKinds, severities as allSeverities } from '../../domain/signals.ts'
import { useLanguage } from '../words/words.js'
import { deeds, whatText } from './audit_text.js'
import { codeOptions, codeText } from './codes.js'
import { byCode } from './dead_letters.js'
import { roles } from './operators.js'
import * as plan from './plan_form.js'

it('offers what the house knows, no more and no less', () => {
  expect(plan.ticketKinds.toSorted()).toEqual([...allKinds].toSorted())
  expect(plan.severities.toSorted()).toEqual([...allSeverities].toSorted())
  expect(plan.days).toEqual([...days])
  expect(plan.targetKinds.toSorted()).toEqual(Target.options.map(({ shape }) => shape.to.value).toSorted())
  expect(roles.toSorted()).toEqual([...allRoles].toSorted())
})

it('has words for everything that the audit notes', () => {
  const source = readFileSync(new URL('../../store/audit.ts', import.meta.url), 'utf8')
  const [, known = ''] = /export type AuditWhat =([\s\S]*?)\| `refused/.exec(source) ?? []
  expect([...deeds].toSorted()).toEqual([...known.matchAll(/'(\w+)'/g)].map(([, what]) => what).toSorted())
  useLanguage('en')
  for (const what of deeds) expect(whatText(what)).not.toBe(what.replaceAll('_', ' '))
  expect(whatText('refused:topic_foreign')).toBe('Refused: The account may not speak for this device.')
  useLanguage('zh-CN')
  expect(whatText('refused:topic_foreign')).toContain('拒绝')
})

it('has words for codes that there are, and shows others as they are', () => {
  for (const { value } of codeOptions()) expect(errorTable).toHaveProperty([value])
  for (const code of Object.keys(errorTable).filter((one) => /^(payload|metric|signal|topic|codec)_/.test(one)))
    expect(codeOptions().map(({ value }) => value)).toContain(code)
  expect(codeText('something_new')).toBe('something new')
})

it('sums the dead letters of a code over vendors and formats, the most first', () => {
  const count = (code: string, n: number) => ({ code, state: 'kept', count: n })
  expect(byCode([count('a', 1), count('b', 5), count('a', 2)])).toEqual([
    ['b', 5],
    ['a', 3],
  ])
})
