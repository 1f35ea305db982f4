import { generate } from 'mqtt-packet'

/** MQTT packets for the load: encoded once, then only digits and the message id are written over. */

/** Message ids go round from 1 to 65535; 0 is not allowed. */
export const IDS = 65_535
export const messageIdOf = (seq: number): number => ((seq - 1) % IDS) + 1

/** Metrics in one message of readingsEncoder. */
export const READINGS_PER_MESSAGE = 3

/** How long the devices may be silent, s: the bench sends no pings. */
const KEEPALIVE = 3_600

export const connectPacket = (device: string, token: string): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: device,
    username: device,
    password: Buffer.from(token),
    keepalive: KEEPALIVE,
  })

export const disconnectPacket = (): Buffer => generate({ cmd: 'disconnect' })

/** One QoS 1 publish of any payload. */
export const publishPacket = (topic: string, payload: string, messageId: number): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 1, messageId, retain: false, dup: false })

/** Makes the packets of one device. Each is `length` bytes long. */
export type Encoder = { length: number; write(into: Buffer, offset: number, seq: number): void }

/** Digits, right-aligned, with blanks before them: JSON allows blanks where it does not allow leading zeros. */
function putNumber(into: Buffer, end: number, width: number, value: number): void {
  let rest = value
  for (let at = end - 1; at >= end - width; at--) {
    into[at] = rest > 0 || at === end - 1 ? 48 + (rest % 10) : 32
    rest = Math.floor(rest / 10)
  }
}

const SEQ_WIDTH = 8
const AT_WIDTH = 13

function endOf(packet: Buffer, label: string, width: number): number {
  return packet.indexOf(label) + label.length + width
}

/**
 * Readings of a wearable: three metrics a message, ~190 bytes on the wire. `steps` is the sequence number and `timeOf`
 * gives the event time (epoch ms, different for every seq), so that what is stored can be held against what was sent.
 */
export function readingsEncoder(device: string, timeOf: (seq: number) => number): Encoder {
  const blank = ' '.repeat(SEQ_WIDTH - 1)
  const payload = `{"at":${'1'.repeat(AT_WIDTH)},"seq":${blank}1,"readings":{"heart_rate": 70,"respiration_rate":15,"steps":${blank}1}}`
  const packet = publishPacket(`vigil/v1/${device}/readings`, payload, 1)
  const idAt = packet.length - Buffer.byteLength(payload) - 2
  const ends = {
    at: endOf(packet, '"at":', AT_WIDTH),
    seq: endOf(packet, '"seq":', SEQ_WIDTH),
    heart: endOf(packet, '"heart_rate":', 3),
    breath: endOf(packet, '"respiration_rate":', 2),
    steps: endOf(packet, '"steps":', SEQ_WIDTH),
  }
  return {
    length: packet.length,
    write(into, offset, seq) {
      packet.copy(into, offset)
      into.writeUInt16BE(messageIdOf(seq), offset + idAt)
      putNumber(into, offset + ends.at, AT_WIDTH, timeOf(seq))
      putNumber(into, offset + ends.seq, SEQ_WIDTH, seq)
      putNumber(into, offset + ends.heart, 3, 60 + ((seq * 7) % 50))
      putNumber(into, offset + ends.breath, 2, 12 + ((seq * 3) % 9))
      putNumber(into, offset + ends.steps, SEQ_WIDTH, seq)
    },
  }
}

export type Incoming = { onConnack(code: number): void; onPuback(messageId: number): void }

const CONNACK = 2
const PUBACK = 4

/**
 * Takes the server's bytes apart as they come, in any pieces. Packets that the load does not wait for (a receipt, a
 * SUBACK) are passed over.
 */
export function packetReader({ onConnack, onPuback }: Incoming): (chunk: Buffer) => void {
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (;;) {
      const size = packetSize(bytes, at)
      if (size === undefined || at + size > bytes.length) break
      const kind = bytes[at]! >> 4
      if (kind === PUBACK) onPuback(bytes.readUInt16BE(at + 2))
      else if (kind === CONNACK) onConnack(bytes[at + 3]!)
      at += size
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
}

/** Whole size of the packet that begins at `at`, or undefined where its length is not there yet. */
function packetSize(bytes: Buffer, at: number): number | undefined {
  let length = 0
  for (let n = 0; n < 4; n++) {
    const byte = bytes[at + 1 + n]
    if (byte === undefined) return undefined
    length += (byte & 127) * 128 ** n
    if (byte < 128) return 2 + n + length
  }
  throw new Error('the server sent a packet with a malformed length')
}
