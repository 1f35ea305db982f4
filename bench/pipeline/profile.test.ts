import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { byFunction, byOwner, profileTable } from './profile.ts'

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 })
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('append', 'file:///somewhere/journal/lmdb.ts') },
    { id: 3, callFrame: frame('parse', 'file:///somewhere/node_modules/mqtt-packet/parser.js') },
    { id: 4, callFrame: frame('append', 'file:///somewhere/journal/lmdb.ts') },
    { id: 5, callFrame: frame('start', 'file:///somewhere/app/start.ts') },
    { id: 6, callFrame: frame('read', 'file:///somewhere/journal/lmdb.ts') },
  ],
  samples: [5, 1, 2, 3, 4, 6, 5],
  timeDeltas: [50_000, 900_000, 2_000, 1_000, 1_000, 1_000, 50_000],
  startTime: 1_000_000,
}
/** From after the start to before the end. */
const span = { from: 1_060_000, to: 1_960_000 }

it('adds up a function over its places in the tree, leaves out idling and what lies outside the span', () => {
  expect(byFunction(profile, span)).toEqual([
    { where: 'append journal/lmdb.ts:10', ms: 3, share: 0.6 },
    { where: 'parse node_modules/mqtt-packet/parser.js:10', ms: 1, share: 0.2 },
    { where: 'read journal/lmdb.ts:10', ms: 1, share: 0.2 },
  ])
})

it('adds up packages and files', () => {
  expect(byOwner(profile, span)).toEqual([
    { where: 'journal/lmdb.ts', ms: 4, share: 0.8 },
    { where: 'node_modules/mqtt-packet', ms: 1, share: 0.2 },
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
  const table = await profileTable(folder, processes, span)
  expect(table).toContain('broker')
  expect(table).toContain('80.0 %')
  expect(table).not.toContain('ingest')
  await rm(folder, { recursive: true })
})
