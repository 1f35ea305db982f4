import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { openListeners, type Room, roomFor } from './listeners.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

async function open({ port = 0, most, room }: { port?: number; most?: number; room?: Room } = {}) {
  const taken: Socket[] = []
  const onNoRoom = vi.fn()
  const listeners = await openListeners({
    host: '127.0.0.1',
    port,
    room: room ?? roomFor(most, onNoRoom),
    onConnection: (socket) => void taken.push(socket),
  })
  cleanUp.push(() => {
    listeners.close()
    for (const socket of taken) socket.destroy()
  })
  const dial = () => {
    const socket = connect(listeners.port, '127.0.0.1').on('error', () => {})
    cleanUp.push(() => socket.destroy())
    return socket
  }
  return { ...listeners, taken, onNoRoom, dial }
}

it('every connection is taken, over whichever listener it comes', async () => {
  const { dial, taken } = await open()
  for (let n = 0; n < 200; n++) dial()
  await vi.waitFor(() => expect(taken).toHaveLength(200))
})

it('a port that is taken is refused, though it is shared by its own listeners', async () => {
  const { port } = await open()
  await expect(open({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
})

it('a port that was closed can be had again', async () => {
  const first = await open()
  first.close()
  expect((await open({ port: first.port })).port).toBe(first.port)
})

it('the bound holds over all listeners together, and there is room again when one went', async () => {
  const { dial, taken, onNoRoom } = await open({ most: 5 })
  for (let n = 0; n < 5; n++) dial()
  await vi.waitFor(() => expect(taken).toHaveLength(5))
  for (let n = 0; n < 20; n++) await once(dial(), 'close')
  expect(taken).toHaveLength(5)
  expect(onNoRoom).toHaveBeenCalledTimes(20)
  taken[0]!.destroy()
  await once(taken[0]!, 'close')
  dial()
  await vi.waitFor(() => expect(taken).toHaveLength(6))
})

it('ports may share one bound', async () => {
  const room = roomFor(3)
  const [one, other] = [await open({ room }), await open({ room })]
  for (let n = 0; n < 2; n++) one.dial()
  await vi.waitFor(() => expect(one.taken).toHaveLength(2))
  other.dial()
  await vi.waitFor(() => expect(other.taken).toHaveLength(1))
  await once(other.dial(), 'close')
  await once(one.dial(), 'close')
  expect([one.taken.length, other.taken.length]).toEqual([2, 1])
})

/** How many sockets of this machine listen on a port of 127.0.0.1, as the kernel lists them. */
async function listeningOn(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const table = await readFile('/proc/net/tcp', 'utf8')
  return [...table.matchAll(new RegExp(`0100007F:${hex} [0-9A-F]+:[0-9A-F]+ 0A `, 'g'))].length
}

it.skipIf(process.platform !== 'linux')('a storm finds more queues than one', async () => {
  const { port } = await open()
  expect(await listeningOn(port)).toBeGreaterThanOrEqual(4)
})
