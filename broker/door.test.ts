import { pino } from 'pino'
import { expect, it } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Journal } from '../journal/journal.ts'
import { openDoor } from './door.ts'

it('a full journal is told of once a second, with the number of messages, not once a message', async () => {
  const lines: { messages: number }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const clock = virtualClock(10_000)
  const full = { append: () => Promise.reject(new VigilError('journal_full')) } as unknown as Journal
  const door = openDoor(full, clock, log)
  const message = { topic: 'vigil/v1/watch-1/readings', payload: Buffer.from('{}'), retained: false }
  const burst = async () => {
    for (let i = 0; i < 100; i++)
      await expect(door.enter({ kind: 'administrator' }, message, 'mqtt')).rejects.toThrow(VigilError)
  }
  await burst()
  await clock.advance(1_000)
  await burst()
  expect(lines.map(({ messages }) => messages)).toEqual([1, 100])
})
