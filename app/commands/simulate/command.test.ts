import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTruth } from '../../../simulators/truth.ts'

const run = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-simulate-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What the command line prints and how it ends. */
async function simulate(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const environment = { ...process.env, VIGIL_DATA: join(folder, 'data') }
    return { code: 0, ...(await run(process.execPath, ['app/bin.js', 'simulate', ...options], { env: environment })) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

describe('vigil simulate --out', () => {
  it('writes days of homes and says its seed and what came of it', async () => {
    const out = join(folder, 'out')
    const { code, stdout } = await simulate('--out', out, '--days', '2', '--homes', '3', '--from', '2026-03-02')
    expect(code).toBe(0)
    expect(stdout).toContain('seed 1, 3 homes, 2 days from 2026-03-02 (UTC+8)')
    const messages = (await readFile(join(out, 'messages.jsonl'), 'utf8')).split('\n').length - 1
    expect(stdout).toContain(`3 homes with`)
    expect(stdout).toContain(`${messages.toLocaleString('en-US')} messages`)
    expect(stdout).toMatch(/\d times as fast as life/)
    const { run: about, end } = parseTruth(await readFile(join(out, 'truth.jsonl'), 'utf8'))
    expect(about.from).toBe(Date.parse('2026-03-01T16:00:00Z'))
    expect(end?.at).toBe(Date.parse('2026-03-03T16:00:00Z'))
  }, 30_000)

  it.each([
    [['--speed', '10'], '--speed needs --out FOLDER'],
    [['--days', '2'], '--days needs --out FOLDER'],
    [['--from', '2026-03-02'], '--from needs --out FOLDER'],
    [['--eventful', '2'], '--eventful needs --out FOLDER'],
    [['--out', 'nowhere', '--mqtt', 'mqtt://127.0.0.1:1'], '--out and --mqtt do not go together'],
    [['--out', 'nowhere', '--from', '2026-02-30'], '--from 2026-02-30 is no day'],
    [['--out', 'nowhere', '--speed', '0'], 'It must be a number above 0, or max.'],
    [['--out', 'nowhere', '--days', '0'], 'It must be a whole number from 1.'],
    [['--out', 'nowhere', '--seed', '-1'], 'It must be a whole number from 0.'],
  ])(
    '%j is refused with a sentence',
    async (options, sentence) => {
      const { code, stderr } = await simulate(...options)
      expect(code).toBe(1)
      expect(stderr).toContain(sentence)
    },
    30_000,
  )
})
