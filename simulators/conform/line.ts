import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Packet } from 'mqtt-packet'
import type { Clock } from '../../domain/clock.ts'
import { type Decode, helloOf } from './describe.ts'
import { noteDownward, noteUpward, packetReader } from './notes.ts'
import type { Line, Message, Seen } from './seen.ts'

/** What a line asks of the kit while it passes packets on. */
export type LineContext = {
  seen: Seen
  clock: Clock
  decode: Decode
  /** Opens a connection to the real Vigil. */
  openUpstream(): Socket
  /** Whether to answer this CONNECT with "server unavailable" in Vigil's place. */
  isRefused(): boolean
  /** Whether to keep the acknowledgement of this message from the device. */
  isWithheld(message: Message): boolean
  /** Something new is in `seen`. */
  onChange(): void
}

/** First bytes of a CONNECT packet, and of a TLS handshake that came to the wrong port. */
const FIRST_OF_CONNECT = 0x10
const FIRST_OF_TLS = 0x16

/** CONNACK with code 3, "server unavailable". */
const unavailable = Buffer.from([0x20, 0x02, 0x00, 0x03])

/**
 * Passes every packet between a device and Vigil, byte for byte, and notes what it sees. Only two things are kept back:
 * acknowledgements that the kit withholds, and a CONNECT that it refuses. Gives how to cut the line; `onEnd` is called
 * once, when it has gone.
 */
export function carry(device: Duplex, line: Line, context: LineContext, onEnd: () => void): () => void {
  const { seen, clock } = context
  let upstream: Socket | undefined
  const end = (by: 'device' | 'kit' | 'vigil'): void => {
    if (line.ended) return
    line.ended = { at: clock.now(), by }
    device.destroy()
    upstream?.destroy()
    onEnd()
    context.onChange()
  }
  const read = packetReader({
    packet(raw, packet) {
      if (line.ended || line.answer?.by === 'kit') return
      if (!upstream && !mayPass(packet, line, context, device, end)) return
      upstream ??= openUpstream(device, line, context, end)
      const message = packet && noteUpward(seen, line, packet, clock.now(), context.decode)
      if (message && message.qos > 0) message.withheld = context.isWithheld(message)
      pass(raw, upstream, device)
      context.onChange()
    },
    odd: (reason) => void line.broken.push(reason),
    lost(reason) {
      line.broken.push(reason)
      end('kit')
    },
  })
  device.once('data', (chunk: Buffer) => {
    if (chunk[0] === FIRST_OF_CONNECT) return
    line.broken.push(chunk[0] === FIRST_OF_TLS ? 'TLS on the port for plain TCP' : 'the first packet is no CONNECT')
    end('kit')
  })
  device.on('data', read)
  device.on('error', () => end('device'))
  device.on('close', () => end('device'))
  return () => end('kit')
}

type End = (by: 'device' | 'kit' | 'vigil') => void

/** Whether a line that begins like this may go on to Vigil; one that may not is answered and ended here. */
function mayPass(packet: Packet | undefined, line: Line, context: LineContext, device: Duplex, end: End): boolean {
  const { clock } = context
  if (packet?.cmd !== 'connect') {
    // Framed as a CONNECT, but not to be read: what is wrong with it has been noted.
    end('kit')
    return false
  }
  line.hello = helloOf(packet, clock.now())
  if (line.disguise !== 'own') {
    // It has told its password to a server that it should not have believed; nothing more is to be learnt.
    end('kit')
    return false
  }
  if (!context.isRefused()) return true
  line.answer = { at: clock.now(), code: 3, by: 'kit' }
  device.end(unavailable, () => end('kit'))
  return false
}

function openUpstream(device: Duplex, line: Line, { seen, clock, ...context }: LineContext, end: End): Socket {
  const socket = context.openUpstream()
  const read = packetReader({
    packet(raw, packet) {
      const isKept = packet ? noteDownward(seen, line, packet, clock.now()) : false
      if (!isKept && !line.ended) pass(raw, device, socket)
      context.onChange()
    },
    odd: (reason) => void seen.disturbances.push(`Vigil sent what is no MQTT: ${reason}`),
    lost(reason) {
      seen.disturbances.push(`Vigil sent what is no MQTT: ${reason}`)
      end('vigil')
    },
  })
  socket.on('data', read)
  socket.on('error', (error) => {
    if (!line.ended) seen.disturbances.push(`The connection to Vigil failed: ${error.message}`)
    end('vigil')
  })
  socket.on('close', () => end('vigil'))
  return socket
}

/** Hands bytes on; where the other side is slow, waits with reading more. */
function pass(raw: Buffer, to: Duplex, from: Duplex): void {
  if (to.write(raw)) return
  from.pause()
  to.once('drain', () => from.resume())
}
