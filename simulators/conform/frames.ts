/** Takes MQTT packets out of a stream of bytes, whole and as they are. */
export type Framer = {
  /** Gives the packets that are whole now. Throws where the bytes are no MQTT or a packet is larger than allowed. */
  take(chunk: Buffer): Buffer[]
}

/** More bytes than this in a length field are no MQTT [MQTT-2.2.3]. */
const LENGTH_BYTES = 4

/** `most`: bytes of the largest packet that is taken. */
export function createFramer(most: number): Framer {
  let held: Buffer = Buffer.alloc(0)
  return {
    take(chunk) {
      held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      const packets: Buffer[] = []
      for (;;) {
        const size = packetSize(held)
        if (size !== undefined && size > most) throw new Error(`a packet of ${size} bytes`)
        if (size === undefined || held.length < size) return packets
        packets.push(held.subarray(0, size))
        held = held.subarray(size)
      }
    },
  }
}

/** Bytes of the packet that begins here, or undefined where its length has not come whole yet. */
function packetSize(bytes: Buffer): number | undefined {
  let length = 0
  for (let at = 1; at <= LENGTH_BYTES; at++) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** (at - 1)
    if (byte < 0x80) return 1 + at + length
  }
  throw new Error('a length field of more than four bytes')
}
