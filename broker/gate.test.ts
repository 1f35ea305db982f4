import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { type Gate, openGate } from './gate.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A server behind a gate, and connections to it that have all come there. */
async function behindGate(count: number) {
  const inside: Socket[] = []
  const gate: Gate = openGate((socket) => inside.push(socket))
  const taken: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => taken.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => server.close())
  const clients = Array.from({ length: count }, () => connect((server.address() as AddressInfo).port, '127.0.0.1'))
  cleanUp.push(() => {
    for (const socket of [...clients, ...taken]) socket.destroy()
  })
  for (const client of clients) client.on('error', () => {})
  await vi.waitFor(() => expect(taken).toHaveLength(count))
  return { gate, inside, taken, clients }
}

it('lets all in, in their order, a few at each turn', async () => {
  const { gate, inside, taken } = await behindGate(50)
  for (const socket of taken) gate.take(socket)
  expect(inside).toHaveLength(0)
  const steps: number[] = []
  while (gate.waiting() > 0) {
    const before = inside.length
    await turn()
    steps.push(inside.length - before)
  }
  expect(inside).toEqual(taken)
  expect(steps.length).toBeGreaterThanOrEqual(3)
  expect(Math.max(...steps)).toBeLessThanOrEqual(16)
})

it('opens again for who comes when nobody waited any more', async () => {
  const { gate, inside, taken } = await behindGate(2)
  for (const socket of taken) {
    gate.take(socket)
    await vi.waitFor(() => expect(gate.waiting()).toBe(0))
  }
  expect(inside).toEqual(taken)
})

it('forgets who left before the turn came, and survives that one failed', async () => {
  const { gate, inside, taken } = await behindGate(3)
  for (const socket of taken) gate.take(socket)
  taken[0]!.destroy(new Error('reset'))
  taken[1]!.destroy()
  await vi.waitFor(() => expect(inside).toEqual([taken[2]]))
  expect(taken[2]!.listenerCount('error')).toBe(0)
})

it('ends those that wait when it closes', async () => {
  const { gate, inside, taken } = await behindGate(3)
  for (const socket of taken) gate.take(socket)
  gate.close()
  expect(taken.every(({ destroyed }) => destroyed)).toBe(true)
  await vi.waitFor(() => expect(gate.waiting()).toBe(0))
  expect(inside).toHaveLength(0)
})
