import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { connectionsFor, linesFor, openFilesIn, openFilesOf } from './open_files.ts'

it('reads the soft limit, which is the one that holds', () => {
  const limits = 'Limit       Soft Limit    Hard Limit   Units\nMax open files            1024      524288     files\n'
  expect(openFilesIn(limits)).toBe(1_024)
  expect(openFilesIn('')).toBeUndefined()
})

it.skipIf(!existsSync('/proc/self/limits'))(
  'knows that of a process that runs, and nothing of one that does not',
  async () => {
    expect(await openFilesOf(process.pid)).toBeGreaterThan(100)
    expect(await openFilesOf(2 ** 30)).toBeUndefined()
  },
)

it('keeps some files for all but connections', () => {
  expect(connectionsFor(20_000)).toBe(19_600)
  expect(connectionsFor(1_024)).toBe(924)
  expect(connectionsFor(50)).toBe(1)
  expect(connectionsFor(undefined)).toBeUndefined()
  expect([1_024, 50_000, undefined, 1].map(linesFor)).toEqual([409, 10_000, 10_000, 1])
})
