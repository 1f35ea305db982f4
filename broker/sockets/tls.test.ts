import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, makeClient, makeServer, type Pair } from '../../domain/certificates.ts'
import { systemClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { makeBelow, replaceable } from '../../test/tls_parts.ts'
import { until } from '../../test/until.ts'
import { connects, cut } from '../metrics.ts'
import { openListeners } from './listeners.ts'
import type { Peer } from './peer.ts'
import { openTls, type Tls, type TlsOptions } from './tls.ts'

const at = systemClock.now()
let authority: Pair
let vendors: Pair
let server: Pair
let rsaServer: Pair
let client: Pair

beforeAll(async () => {
  authority = await makeAuthority('the test', { at, kind: 'ec' })
  vendors = await makeAuthority('a vendor', { at, kind: 'ec' })
  server = await makeServer(authority, ['localhost'], { at, kind: 'ec' })
  rsaServer = await makeServer(await makeAuthority('of RSA', { at }), ['localhost'], { at })
  client = await makeClient(vendors, 'w-1', { at, kind: 'ec' })
})

let cleanUp: (() => unknown)[]
beforeEach(() => {
  cleanUp = []
})
afterEach(async () => {
  for (const undo of cleanUp.reverse()) await undo()
})

type Arrived = { socket: TLSSocket; peer: Peer }
type Opened = { port: number; tls: Tls; arrived(): Promise<Arrived>; certificate: ReturnType<typeof replaceable> }

async function open({ shown = server, ...options }: Partial<TlsOptions> & { shown?: Pair } = {}): Promise<Opened> {
  const certificate = replaceable(shown)
  const waiting: ((arrived: Arrived) => void)[] = []
  const tls = openTls({
    certificate,
    onSecure: (socket, peer) => {
      socket.on('error', () => {})
      // An echo, so that a test sees that a connection lives.
      socket.pipe(socket)
      waiting.shift()?.({ socket, peer })
    },
    log: pino({ level: 'silent' }),
    ...options,
  })
  const { port, close } = await openListeners({ host: '127.0.0.1', port: 0, onConnection: tls.take })
  cleanUp.push(() => {
    close()
    tls.close()
  })
  return { port, tls, certificate, arrived: () => new Promise((resolve) => waiting.push(resolve)) }
}

/** Resolves when the handshake is over on this side, rejects where it fails. */
async function dial({ port }: Opened, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost', ...options })
  cleanUp.push(() => socket.destroy())
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  return socket
}

async function echoed(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text)
  return String((await once(socket, 'data'))[0])
}

const old = { rejectUnauthorized: false } as const
const serverShown = (socket: TLSSocket): string => socket.getPeerX509Certificate()!.fingerprint256
const fingerprint = ({ cert }: Pair): string => new X509Certificate(cert).fingerprint256
const countOf = async (counter: typeof cut | typeof connects, labels: Record<string, string>): Promise<number> => {
  const { values } = await counter.get()
  return values.find((one) => Object.entries(labels).every(([k, v]) => Reflect.get(one.labels, k) === v))?.value ?? 0
}

describe('what is spoken', () => {
  it.each([
    ['TLSv1.2', 'an EC key', () => server],
    ['TLSv1.3', 'an EC key', () => server],
    ['TLSv1.2', 'an RSA key', () => rsaServer],
    ['TLSv1.3', 'an RSA key', () => rsaServer],
  ] as const)('%s with %s, with forward secrecy', async (version, _key, pair) => {
    const opened = await open({ shown: pair() })
    const socket = await dial(opened, { ...old, minVersion: version, maxVersion: version })
    expect(socket.getProtocol()).toBe(version)
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH' })
    expect(await echoed(socket, 'hello')).toBe('hello')
  })

  it.each([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA' }],
    ['key exchange by RSA', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES256-GCM-SHA384' }],
    ['finite-field Diffie-Hellman', { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' }],
  ] as const)('not %s', async (_what, wish) => {
    // With an RSA key, so that the key is not the reason.
    const opened = await open({ shown: rsaServer })
    const failed = await countOf(connects, { result: 'tls_failed' })
    await expect(dial(opened, { ...old, ...wish })).rejects.toThrow(/alert|ECONNRESET/)
    await expect.poll(() => countOf(connects, { result: 'tls_failed' })).toBe(failed + 1)
  })

  it("the server's order of ciphers, not the client's", async () => {
    const ciphers = 'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256'
    const socket = await dial(await open(), { maxVersion: 'TLSv1.2', ciphers })
    expect(socket.getCipher().name).toBe('ECDHE-ECDSA-AES128-GCM-SHA256')
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('never a session resumed: %s', async (version) => {
    const opened = await open()
    const first = await dial(opened, { minVersion: version, maxVersion: version })
    let session = first.getSession()
    first.on('session', (next) => {
      session = next
    })
    await echoed(first, 'hello')
    const second = await dial(opened, { minVersion: version, maxVersion: version, session: session! })
    expect(second.isSessionReused()).toBe(false)
  })
})

describe('a certificate that is replaced', () => {
  it('is seen by whoever comes next; who is connected stays', async () => {
    const opened = await open()
    const first = await dial(opened)
    const next = await makeServer(authority, ['localhost'], { at, kind: 'ec' })
    opened.certificate.replace(next)
    const second = await dial(opened)
    expect([serverShown(first), serverShown(second)]).toEqual([fingerprint(server), fingerprint(next)])
    expect(await echoed(first, 'still here')).toBe('still here')
  })
})

describe('the certificate of a client', () => {
  const shown = ({ cert, key }: Pair): ConnectionOptions => ({ cert, key })

  it('is asked for and not required', async () => {
    const opened = await open()
    const arrived = opened.arrived()
    await dial(opened)
    expect((await arrived).peer).toEqual({ address: '127.0.0.1' })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('comes along with the CAs that were sent with it: %s', async (version) => {
    const below = await makeBelow(vendors, 'below', at)
    const { key, cert } = await makeClient(below, 'w-2', { at, kind: 'ec' })
    const opened = await open()
    const subjects = async (...sent: string[]) => {
      const arrived = opened.arrived()
      await dial(opened, { key, cert: [cert, ...sent].join('\n'), minVersion: version, maxVersion: version })
      return (await arrived).peer.certificate?.chain.map(({ subject }) => subject)
    }
    expect(await subjects()).toEqual(['CN=w-2'])
    expect(await subjects(below.cert)).toEqual(['CN=w-2', 'CN=below'])
    expect(await subjects(below.cert, vendors.cert)).toEqual(['CN=w-2', 'CN=below', 'CN=a vendor'])
  })

  it('comes along with as many as may lie above it, however many are sent', async () => {
    const opened = await open()
    const arrived = opened.arrived()
    const many = await Promise.all(
      Array.from({ length: limits.certificateChain + 3 }, () => makeBelow(vendors, 'below', at)),
    )
    await dial(opened, { key: client.key, cert: [client, ...many].map(({ cert }) => cert).join('\n') })
    expect((await arrived).peer.certificate?.chain).toHaveLength(limits.certificateChain)
  })

  it('comes along whatever is wrong with it, and its connection works', async () => {
    const early = await makeClient(vendors, 'w-1', { at: at - 1_000 * 24 * 3_600_000, kind: 'ec' })
    const opened = await open()
    const arrived = opened.arrived()
    const socket = await dial(opened, shown(early))
    expect((await arrived).peer.certificate?.x509.subject).toBe('CN=w-1')
    expect(await echoed(socket, 'hello')).toBe('hello')
  })
})

describe('whoever does not finish the handshake', () => {
  const handshakeMs = 150

  function raw({ port }: Opened): Socket {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    cleanUp.push(() => socket.destroy())
    return socket
  }

  it('is cut, having said nothing', async () => {
    const opened = await open({ handshakeMs })
    const late = await countOf(cut, { reason: 'tls_handshake_late' })
    await once(raw(opened).resume(), 'close')
    expect(await countOf(cut, { reason: 'tls_handshake_late' })).toBe(late + 1)
  })

  it('is cut, though it sends a byte now and then', async () => {
    const opened = await open({ handshakeMs })
    const late = await countOf(cut, { reason: 'tls_handshake_late' })
    const socket = raw(opened).resume()
    // The beginning of an honest ClientHello of 300 bytes.
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x01, 0x2c, 0x01, 0x00, 0x01, 0x28, 0x03, 0x03]))
    const trickle = async () => socket.closed || !socket.write(Buffer.alloc(1)) || undefined
    await until('it is cut', trickle)
    expect(await countOf(cut, { reason: 'tls_handshake_late' })).toBe(late + 1)
  })

  it('speaks no TLS at all, and is hung up on at once', async () => {
    const opened = await open()
    const socket = raw(opened).resume()
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await once(socket, 'close')
  })

  it('disturbs nobody: who did finish stays longer than that', async () => {
    const opened = await open({ handshakeMs })
    const socket = await dial(opened)
    await once(raw(opened).resume(), 'close')
    await once(raw(opened).resume(), 'close')
    expect(await echoed(socket, 'still here')).toBe('still here')
  })
})

it('an end of it all ends what is open, also in the middle of a handshake', async () => {
  const opened = await open()
  const done = await dial(opened, { secureContext: createSecureContext({ ca: authority.cert }) })
  const begun = connect(opened.port, '127.0.0.1')
  await once(begun, 'connect')
  // The listener has it when the next one, which came later, has shaken hands.
  await dial(opened)
  const ends = [once(done, 'close'), once(begun.resume(), 'close')]
  opened.tls.close()
  await Promise.all(ends)
})
