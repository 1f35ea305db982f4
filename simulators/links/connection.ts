import { generate, type Packet, parser } from 'mqtt-packet'
import type { Clock } from '../../domain/clock.ts'
import type { Heartbeat } from './heartbeat.ts'
import { openSocket } from './socket.ts'

/**
 * One MQTT 3.1.1 connection, from the attempt to its end, on mqtt-packet and a socket. mqtt.js took two to three times
 * the memory and the processor time, and a load test has ten thousand of them in a process.
 */
export type Connection = {
  /** Whether the broker took the connection and it has not ended. */
  linked(): boolean
  publish(topic: string, payload: string, how: { id: number; dup?: boolean; retain?: boolean }): void
  subscribe(topics: readonly string[], id: number): void
  /** What is written in between leaves in one piece. */
  together(write: () => void): void
  /** Ends as MQTT has it, so that no will is published. */
  disconnect(): void
  /** Ends as a lost line does: without a word. */
  destroy(): void
}

export type ConnectionOptions = {
  url: string
  client: string
  token: string
  will: { topic: string; payload: string }
  /** The address to come from, where the machine has several. */
  localAddress: string | undefined
  heartbeat: Heartbeat
  clock: Clock
  onLinked(): void
  onAcknowledged(id: number): void
  onMessage(topic: string, payload: Uint8Array): void
  /** Once, whatever ended it, also `destroy`. `code`: the CONNACK's return code where that was a refusal. */
  onEnd(code: number | undefined): void
}

/** What the broker is told, s: after one and a half times this without a packet it takes the device for gone. */
const KEEP_ALIVE = 60
/** A ping goes out when nothing was sent for so long, ms. */
const PING_AFTER = 40_000
/** A broker that was asked something and says nothing for so long is taken for gone, ms. */
const ANSWER_WITHIN = 30_000

/** What arrives is read into one buffer for all connections, and copied out before the next one reads. */
const arriving = Buffer.allocUnsafe(65_536)
const ping = generate({ cmd: 'pingreq' })

function connectPacket({ client, token, will }: ConnectionOptions): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: client,
    username: client,
    password: Buffer.from(token),
    keepalive: KEEP_ALIVE,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
  })
}

/** Opens a connection; the token is the password, and the name of the client is its user name too. */
export function openConnection(options: ConnectionOptions): Connection {
  const { clock, heartbeat } = options
  let linked = false
  let code: number | undefined
  let sentAt = clock.now()
  /** Since when an answer is due; 0: none is. */
  let owedSince = sentAt

  const socket = openSocket({
    url: options.url,
    localAddress: options.localAddress,
    onread: { buffer: arriving, callback: (size) => take(Buffer.from(arriving.subarray(0, size))) },
  })
  const packets = parser({ protocolVersion: 4 })
  const beating = { beat }

  function write(bytes: Buffer): void {
    sentAt = clock.now()
    if (owedSince === 0) owedSince = sentAt
    socket.write(bytes)
  }

  function take(bytes: Buffer): boolean {
    owedSince = 0
    packets.parse(bytes)
    return true
  }

  function onPacket(packet: Packet): void {
    if (packet.cmd === 'puback') options.onAcknowledged(packet.messageId ?? 0)
    else if (packet.cmd === 'publish') onPublish(packet)
    else if (packet.cmd === 'connack') onConnack(packet.returnCode ?? 0)
  }

  function onConnack(returned: number): void {
    linked = returned === 0
    if (linked) {
      options.onLinked()
    } else {
      code = returned
      socket.destroy()
    }
  }

  function onPublish({ topic, payload, qos, messageId }: Packet & { cmd: 'publish' }): void {
    if (qos === 1 && messageId !== undefined) socket.write(generate({ cmd: 'puback', messageId }))
    options.onMessage(topic, Buffer.from(payload))
  }

  function beat(now: number): void {
    if (owedSince > 0 && now - owedSince >= ANSWER_WITHIN) socket.destroy()
    else if (linked && now - sentAt >= PING_AFTER) write(ping)
  }

  packets.on('packet', onPacket)
  packets.on('error', () => socket.destroy())
  // Why it failed makes no difference to a device; 'close' follows.
  socket.on('error', () => {})
  socket.on('close', () => {
    linked = false
    heartbeat.remove(beating)
    options.onEnd(code)
  })
  heartbeat.add(beating)
  write(connectPacket(options))

  return {
    linked: () => linked,
    publish(topic, payload, { id, dup = false, retain = false }) {
      write(generate({ cmd: 'publish', topic, payload, qos: 1, messageId: id, dup, retain }))
    },
    subscribe(topics, id) {
      const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }))
      write(generate({ cmd: 'subscribe', messageId: id, subscriptions }))
    },
    together(write) {
      socket.cork()
      write()
      socket.uncork()
    },
    disconnect() {
      linked = false
      socket.end(generate({ cmd: 'disconnect' }))
    },
    destroy() {
      linked = false
      socket.destroy()
    },
  }
}
