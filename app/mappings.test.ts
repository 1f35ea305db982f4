import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codecOf, useMappings } from '../codecs/codecs.ts'
import { virtualClock } from '../domain/clock.ts'
import { until } from '../test/until.ts'
import { findMappings, keepMappings } from './mappings.ts'

const mapping = (name: string, metric = 'spo2') => `name: ${name}\ntopics: [${name}/up]\nreadings: { ${metric}: $.v }\n`

let folder: string
let stopping: AbortController
const clock = virtualClock()
const told: string[] = []
const log = pino({ level: 'error' }, { write: (line: string) => void told.push(line) })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-mappings-'))
  stopping = new AbortController()
  told.length = 0
})
afterEach(async () => {
  stopping.abort()
  useMappings([])
  await rm(folder, { recursive: true })
})

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const keep = () => keepMappings({ folder, clock, log, signal: stopping.signal })
/** Time goes on until something is true, as the folder is looked at now and then. */
const seen = (what: string, isSo: () => boolean) =>
  until(what, async () => {
    await clock.advance(2_000)
    return isSo() || undefined
  })

describe('the mappings of a folder', () => {
  test('are in use at once, change, go and come while running', async () => {
    await write('a.yaml', mapping('first'))
    await keep()
    expect(codecOf('first/up')?.name).toBe('first')
    await write('b.yml', mapping('second'))
    await seen('the second', () => codecOf('second/up') !== undefined)
    await write('a.yaml', mapping('third'))
    await seen('the third in place of the first', () => codecOf('third/up') !== undefined)
    expect(codecOf('first/up')).toBeUndefined()
    await rm(join(folder, 'b.yml'))
    await seen('the second gone', () => codecOf('second/up') === undefined)
  })

  test('a file that became wrong is told, and what it was goes on', async () => {
    await write('a.yaml', mapping('first'))
    await keep()
    const before = codecOf('first/up')
    await write('new', mapping('first', 'spo3'))
    await rename(join(folder, 'new'), join(folder, 'a.yaml'))
    await seen('the fault told', () => told.length > 0)
    expect(told[0]).toContain('line 3: readings.spo3')
    expect(codecOf('first/up')).toBe(before)
  })

  test('a folder that is not there has none, until it is', async () => {
    await rm(folder, { recursive: true })
    await keep()
    expect(await findMappings(folder)).toEqual([])
    expect(told).toEqual([])
    folder = await mkdtemp(join(tmpdir(), 'vigil-mappings-'))
  })

  test('two of one name: the second is wrong', async () => {
    await write('a.yaml', mapping('same'))
    await write('b.yaml', mapping('same'))
    const [a, b] = await findMappings(folder)
    expect(a?.codec?.name).toBe('same')
    expect(b?.error).toBe('b.yaml: a.yaml has the name same already; take another')
  })
})
