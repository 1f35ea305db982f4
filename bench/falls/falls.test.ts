import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { fallsAndLies, walks, windowOf } from '../../test/motion_windows.ts'
import { scoreFalls } from './falls.ts'

const scale = 0.004
let folder: string

/** The packed format: planes of first differences, 16 bits, brotli. */
function packed(planes: readonly number[][]): Buffer {
  const deltas = planes.flatMap((plane) => {
    const counts = plane.map((value) => Math.round(value / scale))
    return counts.map((count, n) => count - (n === 0 ? 0 : counts[n - 1]!))
  })
  return brotliCompressSync(Buffer.from(Int16Array.from(deltas).buffer))
}

async function writeSet(name: string, pos: string): Promise<void> {
  const windows = [fallsAndLies, walks, fallsAndLies].map((movement) => windowOf(movement, { rate_hz: 25, range_g: 4 }))
  let off = 0
  const trials = windows.map(({ x }, n) => {
    const acc = { off, n: x.length, fs: 25 }
    off += 3 * x.length
    return { id: `t${n}`, subj: 's', act: 'a', fall: n !== 1, elder: n === 1, pos, span: n === 0 ? [4, 7] : null, acc }
  })
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'index.json'), JSON.stringify({ accScale: scale, accRange: 4, trials }))
  await writeFile(join(folder, name, 'acc.bin.br'), packed(windows.flatMap(({ x, y, z }) => [x, y, z])))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falls-'))
  await writeSet('one', 'wrist')
  await writeSet('two', 'waist')
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => void vi.unstubAllEnvs())

const options = { train: false, ablation: false }
const silent = () => undefined

it('scores every set of a folder with the shipped model', async () => {
  const { lines, scores } = await scoreFalls({ ...options, data: folder }, silent)
  for (const set of ['one', 'two']) {
    expect(scores[`${set}, balanced`]).toMatchObject({ falls: 2, found: 2, daily: 1, false_alarms: 0, delays: 1 })
    expect(scores[`${set}, balanced`]?.elders).toMatchObject({ trials: 1, alarms: 0 })
    expect(scores[`${set}, balanced`]?.delay).toBeGreaterThan(3)
    expect(scores[`${set}, balanced`]?.delay).toBeLessThan(4.5)
  }
  expect(lines).toContain('### two: 3 trials of 1 people, 25 Hz, ±4 g')
  expect(lines.join('\n')).toContain('| 1.000 (2 of 2) | 1.000 (2 of 2) | 1.000 |')
})

it('scores a single set', async () => {
  const { scores } = await scoreFalls({ ...options, data: join(folder, 'two') }, silent)
  expect(Object.keys(scores)).toEqual(['two, plain rule', 'two, sensitive', 'two, balanced', 'two, quiet'])
})

it('says in a line that the recordings are missing, and skips', async () => {
  vi.stubEnv('VIGIL_SHARED', '/nowhere')
  const { lines } = await scoreFalls(options, silent)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('skipped: The recorded falls are not here (/nowhere/data/falls)')
})
