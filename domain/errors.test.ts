import { expect, test } from 'vitest'
import { type ErrorCode, errorTable, VigilError } from './errors.ts'
import { limits } from './limits.ts'

const all = Object.entries(errorTable) as [ErrorCode, { status: number; text: string }][]

test.each(all)('%s: one sentence or two, and a status that HTTP knows as a refusal', (code, { status, text }) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(text).toMatch(/^[A-Z`].*\.$/)
  expect(text.length).toBeLessThan(140)
  expect(status === 0 || (status >= 400 && status < 600)).toBe(true)
})

test('the limits that texts name are the limits that hold', () => {
  expect(errorTable.payload_too_large.text).toContain(`${limits.payloadBytes / 1024} KiB`)
  expect(errorTable.payload_too_deep.text).toContain(`${limits.payloadDepth} levels`)
  expect(errorTable.batch_too_long.text).toContain(`${limits.batchEntries.toLocaleString('en')} entries`)
  expect(errorTable.too_many_points.text).toContain(limits.telemetryPoints.toLocaleString('en'))
})

test('a VigilError says its code and what exactly was wrong', () => {
  const plain = new VigilError('id_taken')
  expect(plain.message).toBe('id_taken: This id is in use already.')
  expect(plain.detail).toBeUndefined()
  const cause = new Error('disk')
  const detailed = new VigilError('journal_unwritable', 'no space left', { cause })
  expect(detailed).toMatchObject({ code: 'journal_unwritable', detail: 'no space left', cause })
  expect(detailed.message).toBe('journal_unwritable: no space left')
  expect(detailed).toBeInstanceOf(Error)
})
