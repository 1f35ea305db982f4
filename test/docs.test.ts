import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'deploy'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
]

/** What a page points at inside the project: relative links, and test files named in code spans. */
function pointedAt(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => to ?? '')
  const relative = links.filter((to) => !/^[a-z]+:/.test(to)).map((to) => join(dirname(page), to))
  const tests = [...text.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, to]) => to ?? '')
  return [...relative, ...tests]
}

describe.each(pages)('%s', (page) => {
  it('points only at what is there', () => {
    expect(pointedAt(page).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

it('the README names a test for each of the eight promises', () => {
  const rows = readFileSync(join(root, 'README.md'), 'utf8').match(/^\| \d \|.*$/gm) ?? []
  expect(rows.map((row) => /^\| (\d) \|.*`[\w./]+\.test\.ts` \|$/.exec(row)?.[1])).toEqual([...'12345678'])
})
