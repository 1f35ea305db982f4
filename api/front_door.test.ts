import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { limits } from '../domain/limits.ts'
import { openHouse } from './test_house.ts'

type Taken = { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers']; body: Buffer }

/** A broker that keeps what it is given and answers 202, or what `answer` says; its WebSocket at /mqtt echoes. */
async function openBroker(answer = { status: 202, body: '{"accepted":true}', headers: {} }) {
  const taken: Taken[] = []
  const server = createServer(async (request, response) => {
    taken.push({ method: request.method, url: request.url, headers: request.headers, body: await buffer(request) })
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body)
  })
  const sockets = new WebSocketServer({ server, path: '/mqtt', handleProtocols: () => 'mqtt' })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const close = () => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  return { taken, url, sockets, close }
}

const post = (base: string, path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${base}/api/v1/devices/${path}`, { method: 'POST', body, headers })

describe('what a device posts', () => {
  it.each([
    ['JSON', 'application/json', Buffer.from('{"signal":"sos"}')],
    ['JSON that is none', 'application/json', Buffer.from('{"signal":"sos"')],
    ['bytes of no type that we know', 'application/x-something', Buffer.from([0, 255, 10, 13, 0])],
    ['nothing', 'application/json', Buffer.alloc(0)],
    ['as much as the broker itself would take', 'application/json', Buffer.alloc(limits.packetBytes, 'x')],
  ])('goes to the broker byte for byte: %s', async (_what, type, body) => {
    const broker = await openBroker()
    const house = await openHouse({ frontDoor: async () => broker.url })
    const headers = { authorization: 'Bearer of-the-device', 'content-type': type }
    const answer = await post(house.base, 'w-1/signals', body, headers)
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: true }])
    expect(broker.taken).toHaveLength(1)
    const [got] = broker.taken
    expect(got?.url).toBe('/api/v1/devices/w-1/signals')
    expect(got?.headers).toMatchObject(headers)
    expect(got?.body.equals(body)).toBe(true)
  })

  it('is answered with the broker’s own words', async () => {
    const problem = '{"code":"journal_full"}'
    const broker = await openBroker({ status: 503, body: problem, headers: { 'retry-after': '7' } })
    const house = await openHouse({ frontDoor: async () => broker.url })
    const answer = await post(house.base, 'w-1/readings', '{}')
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([503, '7', problem])
  })

  it('goes to the broker and nowhere else, whatever host the request names', async () => {
    const broker = await openBroker()
    const elsewhere = await openBroker()
    const house = await openHouse({ frontDoor: async () => broker.url })
    const socket = connect(house.port, '127.0.0.1')
    socket.write(
      `POST ${elsewhere.url.href}api/v1/devices/w-1/signals HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
    )
    expect(await text(socket)).toContain('202')
    expect(elsewhere.taken).toEqual([])
    expect(broker.taken.map(({ url }) => url)).toEqual(['/api/v1/devices/w-1/signals'])
  })

  it('is refused while the broker is away, and taken when it is back elsewhere', async () => {
    let url: URL | undefined
    const house = await openHouse({ frontDoor: async () => url })
    const told = async () => {
      const answer = await post(house.base, 'w-1/signals', '{"signal":"sos"}')
      return [answer.status, (await answer.json()).code]
    }
    expect(await told()).toEqual([503, 'front_door_unreachable'])
    const gone = await openBroker()
    gone.close()
    url = gone.url
    expect(await told()).toEqual([503, 'front_door_unreachable'])
    url = (await openBroker()).url
    expect(await told()).toEqual([202, undefined])
  })

  it('is refused beyond what could be held in memory', async () => {
    const house = await openHouse()
    const answer = await post(house.base, 'w-1/readings', Buffer.alloc(limits.packetBytes + 1))
    expect([answer.status, (await answer.json()).code]).toEqual([413, 'payload_too_large'])
  })
})

describe('a WebSocket at /mqtt', () => {
  it.each(['/mqtt', '/mqtt/', '/mqtt?v=1'])(
    'is passed through to the broker from %s, with its protocol',
    async (path) => {
      const broker = await openBroker()
      const house = await openHouse({ frontDoor: async () => broker.url })
      const socket = new WebSocket(`ws://127.0.0.1:${house.port}${path}`, 'mqtt')
      const large = Buffer.alloc(300_000, 7)
      const echoed = await new Promise<Buffer>((resolve) => {
        socket.on('open', () => socket.send(large))
        socket.on('message', (data) => resolve(data as Buffer))
      })
      expect(socket.protocol).toBe('mqtt')
      expect(echoed.equals(large)).toBe(true)
      const ended = new Promise((resolve) => socket.on('close', resolve))
      for (const one of broker.sockets.clients) one.terminate()
      await ended
    },
  )

  it('comes to the broker with the address it came from, whatever it says itself', async () => {
    const broker = await openBroker()
    const came = new Promise<IncomingMessage>((resolve) =>
      broker.sockets.on('connection', (_one, request) => resolve(request)),
    )
    const house = await openHouse({ frontDoor: async () => broker.url })
    const headers = { 'X-Forwarded-For': '203.0.113.9', 'x-other': 'stays' }
    const socket = new WebSocket(`ws://127.0.0.1:${house.port}/mqtt`, 'mqtt', { headers, localAddress: '127.0.0.5' })
    await new Promise((resolve) => socket.on('open', resolve))
    socket.terminate()
    expect((await came).headers).toMatchObject({ 'x-forwarded-for': '127.0.0.5', 'x-other': 'stays' })
  })

  it('lets the broker know when the device is gone', async () => {
    const broker = await openBroker()
    const house = await openHouse({ frontDoor: async () => broker.url })
    const gone = new Promise<void>((resolve) => {
      broker.sockets.on('connection', (one) => one.on('close', () => resolve()))
    })
    const socket = new WebSocket(`ws://127.0.0.1:${house.port}/mqtt`, 'mqtt')
    socket.on('open', () => socket.terminate())
    await gone
  })

  it.each([
    ['has no address', async () => undefined],
    ['does not answer there', async () => new URL('http://127.0.0.1:1')],
  ])('is refused while the broker %s', async (_what, frontDoor) => {
    const house = await openHouse({ frontDoor })
    const socket = new WebSocket(`ws://127.0.0.1:${house.port}/mqtt`, 'mqtt')
    socket.on('error', () => {})
    const answer = await new Promise<IncomingMessage>((resolve) =>
      socket.on('unexpected-response', (_request, response) => resolve(response)),
    )
    expect([answer.statusCode, JSON.parse(await text(answer)).code]).toEqual([503, 'front_door_unreachable'])
  })

  it('is cut when the api closes', async () => {
    const broker = await openBroker()
    const house = await openHouse({ frontDoor: async () => broker.url })
    const socket = new WebSocket(`ws://127.0.0.1:${house.port}/mqtt`, 'mqtt')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.on('open', resolve))
    const [atBroker] = broker.sockets.clients
    const ended = [socket, atBroker].map((end) => new Promise((resolve) => end?.on('close', resolve)))
    await house.closeApi()
    await Promise.all(ended)
  })
})
