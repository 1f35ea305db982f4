import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { Agent, get } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeAuthority, makeServer, type Pair } from '../domain/certificates.ts'
import { systemClock } from '../domain/clock.ts'
import { replaceable } from '../test/tls_parts.ts'
import { lateRequests } from './metrics.ts'
import { openHouse, adminToken as token } from './test_house.ts'

const at = systemClock.now()
let authority: Pair
let first: Pair
beforeAll(async () => {
  authority = await makeAuthority('the test', { at, kind: 'ec' })
  first = await makeServer(authority, ['localhost'], { at, kind: 'ec' })
})

const soon = { handshakeMs: 150, headersMs: 150, requestMs: 300, lookMs: 25 }
const usual = { handshakeMs: 10_000, headersMs: 10_000, requestMs: 10_000, lookMs: 1_000 }

async function openOverTls(options: Parameters<typeof openHouse>[0] = {}) {
  const certificate = replaceable(first)
  const house = await openHouse({ ...options, tls: { port: 0, certificate } })
  const port = house.httpsPort!
  const dial = async (more: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost', ...more })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }
  return { ...house, port, certificate, dial }
}

/** One request on a connection that stays; gives the status. */
async function asked(socket: TLSSocket, path: string): Promise<number> {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`)
  const [head] = await once(socket, 'data')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1])
}

describe('HTTPS', () => {
  it.each(['/', '/api/docs', '/api/v1/areas', '/healthz'])('serves what HTTP serves: %s', async (path) => {
    const { port } = await openOverTls()
    const agent = new Agent({ ca: authority.cert })
    onTestFinished(() => agent.destroy())
    const headers = { authorization: `Bearer ${token}` }
    const [response] = await once(
      get({ port, host: '127.0.0.1', servername: 'localhost', path, agent, headers }),
      'response',
    )
    expect([response.statusCode, (await text(response)).length > 0]).toEqual([200, true])
  })

  it('serves live events over wss', async () => {
    const { port } = await openOverTls()
    const events = new WebSocket(`wss://localhost:${port}/api/v1/events?access_token=${token}`, { ca: authority.cert })
    const [hello] = await once(events, 'message')
    expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello' })
    events.terminate()
  })

  it('takes MQTT over wss on to the front door', async () => {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/mqtt', handleProtocols: () => 'mqtt' })
    onTestFinished(() => sockets.close())
    sockets.on('connection', (one) => one.on('message', (data) => one.send(data)))
    await once(sockets, 'listening')
    const url = new URL(`http://127.0.0.1:${(sockets.address() as AddressInfo).port}`)
    const { port } = await openOverTls({ frontDoor: async () => url })
    const socket = new WebSocket(`wss://localhost:${port}/mqtt`, 'mqtt', { ca: authority.cert })
    await once(socket, 'open')
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
    socket.terminate()
  })

  it.each([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' }],
  ] as const)('does not speak %s', async (_what, wish) => {
    const { dial } = await openOverTls()
    await expect(dial(wish)).rejects.toThrow(/alert|ECONNRESET/)
  })

  it('shows a replaced certificate to whoever comes next; who is connected stays', async () => {
    const { certificate, dial } = await openOverTls()
    const before = await dial()
    const next = await makeServer(authority, ['localhost'], { at, kind: 'ec' })
    certificate.replace(next)
    const after = await dial()
    const shown = [before, after].map((socket) => socket.getPeerX509Certificate()?.fingerprint256)
    expect(shown).toEqual([first, next].map(({ cert }) => new X509Certificate(cert).fingerprint256))
    expect(await asked(before, '/api/v1/areas')).toBe(200)
  })

  it('ends with the api, also in the middle of a handshake', async () => {
    const { port, dial, closeApi } = await openOverTls({ times: usual })
    const begun = connect(port, '127.0.0.1')
    await once(begun, 'connect')
    const done = await dial()
    const ends = [once(begun.resume(), 'close'), once(done.resume(), 'close')]
    await closeApi()
    await Promise.all(ends)
  })

  it('is refused where its port is taken', async () => {
    const { port } = await openOverTls()
    await expect(openHouse({ tls: { port, certificate: replaceable(first) } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
    })
  })
})

describe('who takes too long is cut', () => {
  const count = async () => (await lateRequests.get()).values[0]?.value ?? 0

  const overTcp = async (): Promise<Socket> => {
    const house = await openHouse({ times: soon })
    return connect(house.port, '127.0.0.1')
  }
  const overTls = async (): Promise<Socket> => (await openOverTls({ times: soon })).dial()

  it.each([
    ['headers', 'HTTP', overTcp, 'GET / HTTP/1.1\r\nhost: x\r\nx-a: '],
    ['headers', 'HTTPS', overTls, 'GET / HTTP/1.1\r\nhost: x\r\nx-a: '],
    ['a body', 'HTTP', overTcp, `POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`],
    ['a body', 'HTTPS', overTls, `POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`],
  ] as const)('with %s over %s, though a byte comes now and then', async (_what, _way, dial, beginning) => {
    const before = await count()
    const socket = await dial()
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket
      .on('error', () => {})
      .on('data', (part) => {
        answer += part
        if (socket.writable) socket.write('x')
      })
    socket.write(beginning)
    const closed = once(socket, 'close')
    const trickle = () => {
      if (!socket.writable) return
      socket.write('x')
      cancel = systemClock.after(20, trickle)
    }
    let cancel = systemClock.after(20, trickle)
    await closed
    cancel()
    expect(answer).toContain('HTTP/1.1 408')
    expect(answer).toContain('"code":"request_too_slow"')
    expect(await count()).toBe(before + 1)
  })

  it('with the TLS handshake', async () => {
    const { port } = await openOverTls({ times: soon })
    const before = await count()
    const socket = connect(port, '127.0.0.1')
    await once(socket.resume(), 'close')
    expect(await count()).toBe(before + 1)
  })

  it('and nobody else: a request that is answered slowly is', async () => {
    const house = await openHouse({ times: soon })
    const events = await fetch(`${house.base}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })
    const late = connect(house.port, '127.0.0.1')
    late.write('GET / HTTP/1.1\r\nhost: x\r\nx-a: ')
    await once(late.resume(), 'close')
    const reader = events.body!.getReader()
    expect((await reader.read()).done).toBe(false)
    await reader.cancel()
  })
})
