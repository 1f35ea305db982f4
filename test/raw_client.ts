import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { generate, type IConnackPacket, type IConnectPacket, type Packet, parser } from 'mqtt-packet'

/** A client that speaks MQTT packet by packet, so that a test sees each packet, and can send what no client would. */
export type RawClient = {
  stream: Duplex
  /** Every packet that came, in order. */
  seen: Packet[]
  send(...packets: Packet[]): void
  /** Bytes as they are, right or wrong. */
  sendBytes(bytes: Uint8Array): void
  /** Resolves when `done` holds of what came; rejects where the connection ends before. */
  until(done: (seen: Packet[]) => boolean): Promise<void>
  /** Resolves with the nth packet (from 1) of a kind. */
  next<C extends Packet['cmd']>(cmd: C, nth?: number): Promise<Extract<Packet, { cmd: C }>>
  /** Resolves when the other side has ended the connection. */
  closed: Promise<void>
}

/** `version`: that of MQTT in which the answers are to be read. */
export function rawOn(stream: Duplex, version: 3 | 4 | 5 = 4): RawClient {
  const reader = parser({ protocolVersion: version })
  const seen: Packet[] = []
  let wake = () => {}
  let isOver = false
  reader.on('packet', (packet) => {
    seen.push(packet)
    wake()
  })
  stream.on('data', (chunk: Buffer) => reader.parse(chunk))
  stream.on('error', () => {})
  stream.on('end', () => stream.end())
  // Not by `once` of node:events, which would reject where the line breaks or nobody listens.
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve())).then(() => {
    isOver = true
    wake()
  })
  const ofKind = <C extends Packet['cmd']>(cmd: C) =>
    seen.filter((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd)
  const until = async (done: (seen: Packet[]) => boolean) => {
    while (!done(seen)) {
      if (isOver) throw new Error(`the connection ended; seen: ${seen.map(({ cmd }) => cmd).join(', ') || 'nothing'}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    stream,
    seen,
    send: (...packets) => void stream.write(Buffer.concat(packets.map((packet) => generate(packet)))),
    sendBytes: (bytes) => void stream.write(bytes),
    until,
    async next(cmd, nth = 1) {
      await until(() => ofKind(cmd).length >= nth)
      return ofKind(cmd)[nth - 1]!
    },
    closed,
  }
}

export const rawTcp = (port: number, version?: 3 | 4 | 5): RawClient => rawOn(connectTcp(port, '127.0.0.1'), version)

export const connectPacket = (fields: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'raw',
  keepalive: 0,
  ...fields,
})

/** Sends CONNECT; resolves with the answer. */
export async function greet(client: RawClient, fields: Partial<IConnectPacket> = {}): Promise<IConnackPacket> {
  client.send(connectPacket(fields))
  return client.next('connack')
}

/** A connection that has its CONNACK. */
export async function rawConnected(port: number, fields: Partial<IConnectPacket> = {}): Promise<RawClient> {
  const client = rawTcp(port)
  await greet(client, fields)
  return client
}
