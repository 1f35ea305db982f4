import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { until } from '../test/until.ts'
import { bodiesCut } from './metrics.ts'
import { openHouse } from './test_house.ts'

/** A broker that answers when the whole body is there. */
async function openBroker(): Promise<URL> {
  const server = createServer((request, response) => {
    buffer(request).then(() => response.writeHead(202, { 'content-type': 'application/json' }).end('{"accepted":true}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** Sends all of a body but its last byte. */
function beginPost(port: number, bytes: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.write(`POST /api/v1/devices/w-1/signals HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`)
  socket.write(Buffer.alloc(bytes - 1, ' '))
  return socket
}

const cutSoFar = async (): Promise<number> => (await bodiesCut.get()).values[0]?.value ?? 0

it('bodies that never become whole take no more memory than so much; a small one goes on', async () => {
  const url = await openBroker()
  const house = await openHouse({ clock: systemClock, frontDoor: async () => url })
  const before = await cutSoFar()
  const small = beginPost(house.port, 16)
  const most = limits.unfinishedBytes / limits.packetBytes
  const large = Array.from({ length: most + 3 }, () => beginPost(house.port, limits.packetBytes))
  await until('as many are cut as are too many', async () => ((await cutSoFar()) - before >= 3 ? true : undefined))
  await until('they are gone', async () => (large.filter(({ closed }) => closed).length >= 3 ? true : undefined))
  expect(large.filter(({ closed }) => closed).length).toBeLessThan(10)
  const answered = new Promise<string>((resolve) => small.once('data', (chunk) => resolve(String(chunk))))
  small.write(' ')
  expect(await answered).toMatch(/^HTTP\/1.1 202/)
})
