import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { Series } from '../ingest/telemetry.ts'
import { createOperator } from '../store/operators.ts'
import { noTelemetry, openHouse, openTicket } from './test_house.ts'

const run = promisify(execFile)
const page = new URL('../docs/Integrator.md', import.meta.url)

/** The page's examples: a command, and what it says comes back. */
async function examples(): Promise<{ command: string; answer: string }[]> {
  const text = await readFile(page, 'utf8')
  const commands = text.match(/^```sh$/gm) ?? []
  const found = [...text.matchAll(/```sh\n(.*?)```\n```(?:json)?\n(.*?)```/gs)]
  expect(found.length, 'every command has its answer below it').toBe(commands.length)
  return found.map(([, command = '', answer = '']) => ({ command: command.replace(/^VIGIL=.*\n/, ''), answer }))
}

/** The page's JSON as a pattern: what it shows must be there; what it shows as `…` may be anything that is not empty. */
function pattern(value: unknown): unknown {
  if (value === '…') return expect.stringMatching(/.+/)
  if (Array.isArray(value)) return value.map(pattern)
  if (value === null || typeof value !== 'object') return value
  return expect.objectContaining(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, pattern(field)])))
}

/** The first event of a stream that has no end. */
function firstEvent(command: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  return new Promise((resolve) => {
    const shell = spawn('sh', ['-c', `exec ${command}`], { env })
    let heard = ''
    shell.stdout.on('data', (piece: Buffer) => {
      heard += piece
      const json = /^id: 1\ndata: (.*)\n/m.exec(heard)?.[1]
      if (json === undefined) return
      shell.kill()
      resolve(JSON.parse(json))
    })
  })
}

const heartRate: Series = {
  device: 'watch-7',
  metric: 'heart_rate',
  unit: '/min',
  points: [[Date.UTC(2026, 10, 22, 8, 15), 72]],
}

it('docs/Integrator.md: every example does what the page says', async () => {
  const house = await openHouse({ telemetry: { ...noTelemetry, read: async () => [heartRate] } })
  await house.store.write(async (tx) => {
    for (const table of ['timers', 'timeline', 'evidence', 'tickets', 'events', 'counters'] as const)
      await tx.deleteFrom(table).execute()
    await openTicket(tx, 't-u1-0', 'north')
  })
  await createOperator(house.store, { id: 'anna', name: 'Anna', password: 'a long password', role: 'administrator' })
  const env = { PATH: process.env.PATH, VIGIL: `${house.base}/api/v1`, TOKEN: '' }
  for (const { command, answer } of await examples()) {
    if (command.includes('/events')) {
      expect(answer).toContain('{"seq":1,"type":"ticket.opened"')
      const event = { seq: 1, type: 'ticket.opened', at: '2026-11-22T08:00:00.000Z', ticket: { id: 't-u1-0' } }
      expect(await firstEvent(command, env), command).toMatchObject(event)
      continue
    }
    const { stdout } = await run('sh', ['-c', command], { env })
    const got = JSON.parse(stdout) as { token?: string }
    expect(got, command).toEqual(pattern(JSON.parse(answer)))
    if (command.includes('/login')) env.TOKEN = got.token ?? ''
  }
})
