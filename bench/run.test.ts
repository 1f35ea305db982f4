import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 30_000 })

const runFile = fileURLToPath(new URL('run.ts', import.meta.url))

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [runFile, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('explains itself', () => {
  const { status, stdout } = bench('pipeline', '--help')
  expect(status).toBe(0)
  for (const option of ['--devices', '--rate', '--seconds', '--influx', '--idle', '--json'])
    expect(stdout).toContain(option)
})

it.each([
  [['pipeline', '--devices', 'many'], 'Give a whole number from 1 to 60000.'],
  [['pipeline', '--seconds', '0'], 'Give a whole number from 1 to 600.'],
  [['pipeline', '--rate', ''], 'Give a whole number'],
  [['pipeline', '--influx', 'localhost:8086'], 'Give a URL that begins with http://'],
  [['pipeline', '--speed', '9'], "unknown option '--speed'"],
  [['homes', '--people', '0'], 'Give a whole number from 1 to 1000.'],
  [['falls', '--data', '/nowhere'], 'No set is in /nowhere: give a folder with index.json'],
  [['throughput'], "unknown command 'throughput'"],
])('answers %j with a sentence and not with a stack', (args, sentence) => {
  const { status, stderr } = bench(...args)
  expect(status).toBe(1)
  expect(stderr).toContain(sentence)
  expect(stderr).not.toContain('    at ')
})
