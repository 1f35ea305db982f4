import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codecs } from '../codecs/codecs.ts'
import { warningTable } from '../domain/warnings.ts'

/** The tables of docs/Formats.md are what the code says of itself. */

const page = readFileSync(new URL('../docs/Formats.md', import.meta.url), 'utf8')

function rowsOf(heading: string): string[][] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2
  const rest = lines.slice(start)
  const end = rest.findIndex((line) => !line.startsWith('|'))
  return rest.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

test('every format, in the order in which they are asked', () => {
  const expected = codecs.map(({ name, title, topics }) => [
    `\`${name}\``,
    title,
    topics.map((topic) => `\`${topic}\``).join(' '),
  ])
  expect(rowsOf('format')).toEqual(expected)
})

test('what each says of itself', () => {
  const expected = codecs.map(({ name, about }) => [`\`${name}\``, about.device, about.urgent, about.repeat])
  expect(rowsOf('by format')).toEqual(expected)
})

test('every warning', () => {
  expect(rowsOf('warning')).toEqual(Object.entries(warningTable).map(([code, text]) => [`\`${code}\``, text]))
})
