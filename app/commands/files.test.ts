import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openLines, writeGiven } from './files.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigil-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('lines are in the file as soon as they are written', () => {
  const path = join(folder, 'lines')
  const lines = openLines('--truth', path)
  lines.write('one')
  expect(readFileSync(path, 'utf8')).toBe('one\n')
  lines.write('two')
  lines.close()
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
})

it('what cannot be written is told with its option', async () => {
  const path = join(folder, 'nowhere', 'report')
  const sentence = (option: string) =>
    `${path} cannot be written (ENOENT): give ${option} a file in a folder that is there.`
  await expect(writeGiven('--junit', path, 'text')).rejects.toThrow(sentence('--junit'))
  expect(() => openLines('--truth', path)).toThrow(sentence('--truth'))
})
