import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Count, countOf, summaryOf } from './summary.ts'

/**
 * `npm test`: lint and types, each counted as one check, then all tests. What follows `--` goes to vitest, so that
 * `npm test -- store` runs the tests of one room. Exit code 0 where nothing failed.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (path: string): string => join(root, 'node_modules', path)

/** Runs a program of the packages under this Node; gives its exit code, and every line it printed to `see`. */
async function run(script: string, args: string[], see: (line: string) => void = () => {}): Promise<number> {
  const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) }
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const [from, to] of [[child.stdout, process.stdout] as const, [child.stderr, process.stderr] as const]) {
    from.pipe(to, { end: false })
    createInterface({ input: from }).on('line', see)
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

async function check(title: string, script: string, args: string[]): Promise<Count> {
  console.log(`\n${title}`)
  const failed = (await run(script, args)) === 0 ? 0 : 1
  return { passed: 1 - failed, failed }
}

const skipped = new Set<string>()

async function tests(): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-tests-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await run(bin('vitest/vitest.mjs'), ['run', ...reporters, ...process.argv.slice(2)], (line) => {
      const what = /^skipped: (.*)/.exec(line)?.[1]
      if (what) skipped.add(what)
    })
    return countOf(readReport(report), code)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

const counts = [
  await check('Lint: biome, warnings count as errors', bin('@biomejs/biome/bin/biome'), [
    'check',
    '--error-on-warnings',
    '.',
  ]),
  await check('Types: tsc', bin('typescript/bin/tsc'), ['--noEmit']),
  await tests(),
]
const { lines, failed } = summaryOf(counts, [...skipped], process.env.VIGIL_REQUIRE_REAL_PARTS === '1')
console.log(lines.join('\n'))
process.exitCode = failed > 0 ? 1 : 0
