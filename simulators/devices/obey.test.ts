import { expect, test } from 'vitest'
import { answerResults, commandKinds } from '../../domain/commands.ts'
import { deviceModels } from './models.ts'
import { obey } from './obey.ts'
import { position } from './test_device.ts'

const command = (kind: string) => ({ id: 'c-1', kind, queued_at: '', expires_at: '' })
const answers = (of: keyof typeof deviceModels, kind: string) => obey(deviceModels[of], position, command(kind)).payload

test('every device answers every command, also one that it does not know', () => {
  for (const model of Object.values(deviceModels)) {
    for (const kind of [...Object.keys(commandKinds), 'dance']) {
      const { kind: topic, payload } = obey(model, position, command(kind))
      expect([topic, payload.command]).toEqual(['answers', 'c-1'])
      expect(answerResults).toContain(payload.result)
    }
  }
})

test('only what is worn knows where it is, and only what has a speaker speaks', () => {
  expect(answers('watch', 'locate')).toEqual({ command: 'c-1', result: 'done', position })
  expect(answers('radar', 'locate')).toEqual({ command: 'c-1', result: 'done' })
  expect(answers('watch', 'say')).toEqual({ command: 'c-1', result: 'done' })
  expect(answers('pendant', 'say')).toMatchObject({ result: 'refused', detail: 'this pendant has no speaker' })
  expect([answers('pendant', 'ring'), answers('gas', 'test')]).toMatchObject([{ result: 'done' }, { result: 'done' }])
  expect(answers('watch', 'dance')).toMatchObject({ result: 'refused', detail: 'this watch does not know dance' })
})
