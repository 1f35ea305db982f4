import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeServer, type Pair } from '../../domain/certificates.ts'
import { systemClock } from '../../domain/clock.ts'
import { openSocket } from './socket.ts'

const at = systemClock.now()
let known: Pair
let server: Server
let stranger: Server

beforeAll(async () => {
  known = await makeAuthority('known', { at, kind: 'ec' })
  setDefaultCACertificates([known.cert])
  server = await echo(known)
  stranger = await echo(await makeAuthority('a stranger', { at, kind: 'ec' }))
})
afterAll(() => {
  setDefaultCACertificates([])
  for (const one of [server, stranger]) one.close()
})

async function echo(authority: Pair): Promise<Server> {
  const made = createServer(await makeServer(authority, ['127.0.0.1'], { at, kind: 'ec' }), (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  await once(made.listen(0, '127.0.0.1'), 'listening')
  return made
}

/** Says `text` at once and gives what comes back; rejects where the connection fails. */
function told(to: Server, text: string, localAddress?: string): Promise<{ heard: string; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const socket = openSocket({
      url: `mqtts://127.0.0.1:${(to.address() as AddressInfo).port}`,
      localAddress,
      onread: {
        buffer: Buffer.alloc(1_024),
        callback: (size, buffer) => {
          resolve({ heard: Buffer.from(buffer.subarray(0, size)).toString(), socket })
          return true
        },
      },
    })
    socket.on('error', reject)
    socket.write(text)
  })
}

describe('mqtts://', () => {
  it('is TLS; what is said before the handshake is over waits for it', async () => {
    const taken = once(server, 'secureConnection') as Promise<[Socket]>
    const { heard, socket } = await told(server, 'hello', '127.0.0.9')
    expect(heard).toBe('hello')
    expect((await taken)[0].remoteAddress).toBe('127.0.0.9')
    socket.destroy()
  })

  it('is no link to a server whose CA is not trusted', async () => {
    await expect(told(stranger, 'hello')).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })
})
