import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { generate, type Packet } from 'mqtt-packet'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeAuthority, makeServer, type Pair } from '../../domain/certificates.ts'
import { systemClock } from '../../domain/clock.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { type Faces, makeFaces } from './certificates.ts'
import { type Door, openDoor } from './door.ts'
import { type Disguise, nothingSeen, type Seen } from './seen.ts'

const host = '127.0.0.1'
const now = systemClock.now()
let authority: Pair
let faces: Faces
/** Stands for Vigil: keeps what comes, and answers nothing by itself. */
let vigil: Server
let arrived: Buffer[]
let vigilSide: Socket[]
let seen: Seen
let door: Door
let abort: AbortController
const devices: Socket[] = []

beforeAll(async () => {
  authority = await makeAuthority('the test', { at: now })
  faces = await makeFaces(await makeServer(authority, [host], { at: now }), authority, [host], now)
})

beforeEach(async () => {
  arrived = []
  vigilSide = []
  vigil = createServer((socket) => {
    vigilSide.push(socket)
    socket.on('data', (chunk) => arrived.push(chunk))
    socket.on('error', () => {})
  })
  vigil.listen(0, host)
  await once(vigil, 'listening')
  await open((vigil.address() as AddressInfo).port)
})

afterEach(async () => {
  for (const device of devices.splice(0)) device.destroy()
  await door.close()
  vigil.close()
})

async function open(vigilPort: number): Promise<void> {
  seen = nothingSeen('watch-1', now)
  abort = new AbortController()
  door = await openDoor({
    host,
    port: 0,
    tlsPort: 0,
    faces,
    vigil: { host, port: vigilPort },
    seen,
    clock: systemClock,
    decode: () => nothingDecoded('watch-1'),
    signal: abort.signal,
  })
}

const hello: Packet = {
  cmd: 'connect',
  clientId: 'watch-1',
  username: 'watch-1',
  password: Buffer.from('secret'),
  keepalive: 60,
  clean: true,
}
const sos = (messageId: number): Packet => ({
  cmd: 'publish',
  topic: 'vigil/v1/watch-1/signals',
  payload: '{"signal":"sos"}',
  qos: 1,
  messageId,
  dup: false,
  retain: false,
})

/** A device on the plain port, and what it is told. */
async function device(): Promise<{ socket: Socket; told: () => string; closed: Promise<unknown> }> {
  const socket = connect(door.port, host)
  devices.push(socket)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await Promise.race([once(socket, 'connect').catch(() => {}), closed])
  return { socket, told: () => Buffer.concat(chunks).toString('hex'), closed }
}

const hex = (...packets: Packet[]): string => Buffer.concat(packets.map((packet) => generate(packet))).toString('hex')
const atVigil = (): string => Buffer.concat(arrived).toString('hex')

describe('the line through the kit', () => {
  it('carries every byte both ways, however it is cut into chunks', async () => {
    const { socket, told } = await device()
    const up = [hello, sos(1), { cmd: 'pingreq' }, sos(2), { cmd: 'puback', messageId: 5 }] as Packet[]
    const down = [
      { cmd: 'connack', returnCode: 0, sessionPresent: false },
      { cmd: 'puback', messageId: 1 },
      { cmd: 'pingresp' },
    ] as Packet[]
    for (const byte of Buffer.from(hex(...up), 'hex')) socket.write(Buffer.of(byte))
    await vi.waitFor(() => expect(atVigil()).toBe(hex(...up)))
    for (const byte of Buffer.from(hex(...down), 'hex')) vigilSide[0]?.write(Buffer.of(byte))
    await vi.waitFor(() => expect(told()).toBe(hex(...down)))
    expect(seen.messages.map(({ id, acknowledgedAt }) => [id, acknowledgedAt !== undefined])).toEqual([
      [1, true],
      [2, false],
    ])
    expect(JSON.stringify(seen)).not.toContain('secret')
  })

  it('carries a packet that breaks the rules too, for Vigil to judge, and notes it', async () => {
    const { socket } = await device()
    const odd = Buffer.from('36020000', 'hex')
    socket.write(Buffer.concat([Buffer.from(hex(hello), 'hex'), odd]))
    await vi.waitFor(() => expect(atVigil()).toBe(hex(hello) + odd.toString('hex')))
    expect(seen.lines[0]?.broken).toHaveLength(1)
  })

  it('keeps back the acknowledgement of a withheld message, and no other, while Vigil gets the message', async () => {
    door.conduct.isWithheld = ({ id }) => id === 7
    const { socket, told } = await device()
    socket.write(Buffer.from(hex(hello, sos(7), sos(8)), 'hex'))
    await vi.waitFor(() => expect(atVigil()).toBe(hex(hello, sos(7), sos(8))))
    vigilSide[0]?.write(Buffer.from(hex({ cmd: 'puback', messageId: 7 }, { cmd: 'puback', messageId: 8 }), 'hex'))
    await vi.waitFor(() => expect(told()).toBe(hex({ cmd: 'puback', messageId: 8 })))
  })

  it('answers CONNACK 3 as often as it was told to, and asks Vigil nothing', async () => {
    door.conduct.refusals = 1
    const first = await device()
    first.socket.write(Buffer.from(hex(hello), 'hex'))
    await first.closed
    expect(first.told()).toBe('20020003')
    expect(vigilSide).toEqual([])
    const second = await device()
    second.socket.write(Buffer.from(hex(hello), 'hex'))
    await vi.waitFor(() => expect(atVigil()).toBe(hex(hello)))
    expect(seen.lines[0]?.answer).toMatchObject({ code: 3, by: 'kit' })
  })

  it('closes every connection while the link is cut, and lets the device in again afterwards', async () => {
    const early = await device()
    door.conduct.link = 'cut'
    door.cut()
    await early.closed
    const during = await device()
    await during.closed
    door.conduct.link = 'up'
    const late = await device()
    late.socket.write(Buffer.from(hex(hello), 'hex'))
    await vi.waitFor(() => expect(atVigil()).toBe(hex(hello)))
    expect(seen.lines.map(({ ended }) => ended?.by)).toEqual(['kit', 'kit', undefined])
  })

  it('hangs up on what is no MQTT', async () => {
    const { socket, closed } = await device()
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await closed
    expect(seen.lines[0]?.broken).not.toEqual([])
    expect(seen.disturbances).toEqual([])
  })

  it('tells that Vigil is away, and does not blame the device', async () => {
    await door.close()
    const gone = (vigil.address() as AddressInfo).port
    vigil.close()
    await once(vigil, 'close')
    await open(gone)
    const { socket, closed } = await device()
    socket.write(Buffer.from(hex(hello), 'hex'))
    await closed
    expect(seen.disturbances).toEqual([expect.stringContaining('ECONNREFUSED')])
    expect(seen.lines[0]?.ended?.by).toBe('vigil')
  })
})

describe('TLS', () => {
  /** A device that trusts the made CA and checks what it is shown; how its handshake ended. */
  const shake = (disguise: Disguise, options: object = {}): Promise<string> => {
    door.conduct.disguise = disguise
    return new Promise((resolve) => {
      const socket = connectTls({ host, port: door.tlsPort, ca: [authority.cert], ...options }, () => {
        resolve(`${socket.authorized ? 'trusted' : 'not trusted'}`)
        socket.write(generate(hello))
      })
      devices.push(socket)
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  }

  it('is trusted by whoever has the CA, by address, and carries MQTT', async () => {
    expect(await shake('own')).toBe('trusted')
    await vi.waitFor(() => expect(atVigil()).toBe(hex(hello)))
    expect(seen.lines[0]?.tls).toMatch(/^TLSv1\.[23] /)
  })

  it('shows a stranger and a wrong name, whom a careful device never sends its CONNECT', async () => {
    expect(await shake('stranger')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(await shake('misnamed')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    await vi.waitFor(() => expect(seen.lines.map(({ ended }) => ended?.by)).toEqual(['device', 'device']))
    expect(seen.lines.map(({ hello: said }) => said)).toEqual([undefined, undefined])
  })

  it('catches a careless device at it, and gives what it said to nobody', async () => {
    await shake('stranger', { rejectUnauthorized: false })
    await vi.waitFor(() => expect(seen.lines[0]?.hello?.userName).toBe('watch-1'))
    expect(vigilSide).toEqual([])
  })

  it('notes why a handshake failed', async () => {
    await shake('own', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    await vi.waitFor(() => expect(seen.lines[0]?.handshakeFailure).toContain('unsupported protocol'))
  })
})

it('waiting ends when the run is stopped', async () => {
  const waited = door.until(() => false, 60_000)
  abort.abort()
  expect(await waited).toBe(false)
})
