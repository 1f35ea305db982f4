import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hottest, profileTable } from './profile.ts'

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 })
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('append', 'file:///somewhere/journal/lmdb.ts') },
    { id: 3, callFrame: frame('parse', 'file:///somewhere/node_modules/mqtt-packet/parser.js') },
    { id: 4, callFrame: frame('append', 'file:///somewhere/journal/lmdb.ts') },
  ],
  samples: [1, 2, 3, 4],
  timeDeltas: [900_000, 2_000, 1_000, 1_000],
}

it('adds up a function over its places in the tree and leaves out idling', () => {
  expect(hottest(profile)).toEqual([
    { where: 'append journal/lmdb.ts:10', ms: 3, share: 0.75 },
    { where: 'parse node_modules/mqtt-packet/parser.js:10', ms: 1, share: 0.25 },
  ])
})

it('finds the profile of each process by its pid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-profile-'))
  await writeFile(join(folder, 'CPU.20260304.100000.4711.0.001.cpuprofile'), JSON.stringify(profile))
  await writeFile(join(folder, 'CPU.20260304.100000.11.0.001.cpuprofile'), 'not a profile')
  const processes = [
    { name: 'broker', pid: 4711 },
    { name: 'ingest', pid: 5 },
  ]
  const table = await profileTable(folder, processes)
  expect(table).toContain('broker')
  expect(table).toContain('75.0 %')
  expect(table).not.toContain('ingest')
  await rm(folder, { recursive: true })
})
