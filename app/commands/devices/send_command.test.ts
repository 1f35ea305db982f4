import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../domain/clock.ts'
import type { Command } from '../../../domain/commands.ts'
import type { Client } from '../client.ts'
import { type SendingOptions, sendCommand } from './send_command.ts'

const queued: Command = {
  id: 'c-1',
  device: 'watch 1',
  kind: 'locate',
  state: 'queued',
  queued_by: 'administrator',
  queued_at: '2026-11-22T08:00:00.000Z',
  expires_at: '2026-11-22T09:00:00.000Z',
  delivered_at: null,
  answered_at: null,
  answer: null,
}
const delivered: Command = { ...queued, state: 'delivered', delivered_at: '2026-11-22T08:00:01.000Z' }
const answered = (answer: Command['answer']): Command => ({
  ...delivered,
  state: 'answered',
  answered_at: '2026-11-22T08:00:02.000Z',
  answer,
})
const done = answered({ at: '2026-11-22T08:00:02.000Z', result: 'done', position: { lat: 39.6, lon: 106.8 } })

/** Sends it to an API that answers one question after the other with these, and gives what is told. */
async function send(states: Command[], options: SendingOptions = {}) {
  const calls: [path: string, body?: unknown][] = []
  const unasked = () => Promise.reject(new Error('not asked for here'))
  const next = () => states.shift() ?? done
  const api: Client = {
    post: async (path, body, shape) => {
      calls.push([path, body])
      return shape.parse(next())
    },
    get: async (path, shape) => {
      calls.push([path])
      return shape.parse(next())
    },
    patch: unasked,
    delete: unasked,
  }
  const clock = { ...virtualClock(Date.parse(queued.queued_at)), sleep: async () => {} }
  const lines: string[] = []
  let fault: string | undefined
  try {
    for await (const told of sendCommand(api, 'watch 1', 'locate', options, clock)) lines.push(...told.lines)
  } catch (error) {
    fault = (error as Error).message
  }
  return { calls, lines, fault }
}

describe('vigil device command', () => {
  it('queues it and waits for nothing', async () => {
    const { calls, lines, fault } = await send([queued], { text: 'hello', expires: 90_000 })
    expect(calls).toEqual([['/devices/watch%201/commands', { kind: 'locate', text: 'hello', expires_in_s: 90 }]])
    expect(lines).toEqual(['2026-11-22T08:00:00.000Z  queued as c-1, until 2026-11-22T09:00:00.000Z'])
    expect(fault).toBeUndefined()
  })

  it('tells each state once as it comes, where it is to wait', async () => {
    const { calls, lines, fault } = await send([queued, queued, delivered, delivered, done], { wait: true })
    expect(calls.at(-1)).toEqual(['/devices/watch%201/commands/c-1'])
    expect(lines).toEqual([
      '2026-11-22T08:00:00.000Z  queued as c-1, until 2026-11-22T09:00:00.000Z',
      '2026-11-22T08:00:01.000Z  delivered',
      '2026-11-22T08:00:02.000Z  answered: done, position {"lat":39.6,"lon":106.8}',
    ])
    expect(fault).toBeUndefined()
  })

  it.each<[string, Command, RegExp]>([
    [
      'an answer that it was not done',
      answered({ at: queued.queued_at, result: 'refused', detail: 'no speaker' }),
      /did not do it: refused, no speaker/,
    ],
    ['its end without an answer', { ...delivered, expires_at: '2026-01-01T00:00:00.000Z' }, /has the command/],
    ['its expiry', { ...queued, state: 'expired' }, /was not there in time/],
  ])('ends with a sentence after %s', async (_what, last, sentence) => {
    const { fault } = await send([queued, last], { wait: true })
    expect(fault).toMatch(sentence)
  })
})
