import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../test/until.ts'
import { linesCut } from './metrics.ts'
import { openHouse } from './test_house.ts'

/** A connection from an address of this machine that says nothing. */
function open(port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}

async function ask(socket: Socket, path: string, token = 'token-dispatcher'): Promise<string> {
  const answer = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk).slice(9, 12))))
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`)
  return answer
}

const cutSoFar = async (): Promise<number> => (await linesCut.get()).values[0]?.value ?? 0

it('there are only so many connections: of the address with the most the one that is silent for longest makes room', async () => {
  const { port } = await openHouse({ linesMost: 10 })
  const before = await cutSoFar()
  const first = await open(port, '127.0.0.2')
  const silent = await open(port, '127.0.0.2')
  expect(await ask(first, '/api/v1/rules')).toBe('200')
  const flood: Socket[] = []
  for (let n = 0; n < 3; n++) flood.push(await open(port, '127.0.0.2'))
  await until('the silent one is gone', async () => silent.closed || undefined)
  expect(await ask(first, '/api/v1/rules')).toBe('200')
  for (const address of ['127.0.0.3', '127.0.0.4']) for (let n = 0; n < 3; n++) flood.push(await open(port, address))
  const late = await open(port, '127.0.0.5')
  expect(await ask(late, '/api/v1/rules')).toBe('200')
  expect((await cutSoFar()) - before).toBe(2)
})

it('a stream of events is not cut for others', async () => {
  const { port } = await openHouse({ linesMost: 10 })
  const streams: Socket[] = []
  for (let n = 0; n < 6; n++) streams.push(await open(port, '127.0.0.2'))
  for (const stream of streams.slice(2)) expect(await ask(stream, '/api/v1/events')).toBe('200')
  for (let n = 0; n < 12; n++) await open(port, '127.0.0.2')
  await until(
    'those that say nothing are gone',
    async () => streams.slice(0, 2).every((one) => one.closed) || undefined,
  )
  expect(streams.slice(2).map(({ closed }) => closed)).toEqual([false, false, false, false])
})

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`

it('a WebSocket that is refused is over, whether its other side ends it or not', async () => {
  const { port } = await openHouse()
  for (const path of ['/api/v1/events', '/mqtt']) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.write(upgrade(path))
    await new Promise((resolve) => socket.on('data', () => {}).once('end', resolve))
    // Whoever writes to what is no more is told so.
    const isGone = async () => {
      if (!socket.destroyed) socket.write('x')
      return socket.destroyed || undefined
    }
    await until('who writes to it is told that it is no more', isGone)
  }
})

it('a WebSocket counts until somebody has said on it who he is, and then no more', async () => {
  const broker = createServer((socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    socket.on('data', (bytes) => bytes.includes('CONNECT') && socket.write('CONNACK')).on('error', () => {})
  })
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void broker.close())
  const url = new URL(`http://127.0.0.1:${(broker.address() as AddressInfo).port}`)
  const { port } = await openHouse({ linesMost: 10, frontDoor: async () => url })
  const enter = async (...said: string[]) => {
    const socket = await open(port, '127.0.0.2')
    for (const text of [upgrade('/mqtt'), ...said]) {
      socket.write(text)
      await new Promise((resolve) => socket.once('data', resolve))
    }
    return socket
  }
  const silent = await enter()
  const known = await enter('CONNECT')
  for (let n = 0; n < 4; n++) await enter()
  await until('the silent one is gone', async () => silent.closed || undefined)
  expect(known.closed).toBe(false)
})
