import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { openWorker } from './worker.ts'

const log = pino({ level: 'silent' })

function counting(work: (n: number) => Promise<void> = async () => {}) {
  const clock = virtualClock()
  const left = { count: 0 }
  const done: number[] = []
  const worker = openWorker({
    clock,
    log,
    name: 'counting',
    hasWork: () => left.count > 0,
    async work() {
      await work(done.length)
      done.push(left.count--)
    },
  })
  return { clock, left, done, worker }
}

it('works until there is nothing left, one after another, however often it is woken', async () => {
  const { left, done, worker } = counting()
  left.count = 3
  worker.wake()
  worker.wake()
  await vi.waitFor(() => expect(done).toEqual([3, 2, 1]))
  left.count = 1
  worker.wake()
  await worker.close()
  expect(done).toEqual([3, 2, 1, 1])
})

it('tries again after a pause what failed', async () => {
  let failures = 2
  const { clock, left, done, worker } = counting(async () => {
    if (failures-- > 0) throw new Error('away')
  })
  left.count = 1
  worker.wake()
  await vi.waitFor(() => expect(failures).toBe(1))
  await clock.advance(999)
  expect(failures).toBe(1)
  await clock.advance(1)
  expect([failures, done]).toEqual([0, []])
  await clock.advance(1_000)
  expect(done).toEqual([1])
})

it('ends a pause when it is closed, tries once more, and does nothing after that', async () => {
  let tries = 0
  const { left, done, worker } = counting(async () => {
    tries++
    throw new Error('away')
  })
  left.count = 1
  worker.wake()
  await vi.waitFor(() => expect(tries).toBe(1))
  await worker.close()
  expect([tries, done]).toEqual([2, []])
  worker.wake()
  await worker.close()
  expect(tries).toBe(2)
})
