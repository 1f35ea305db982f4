import { type Packet, parser } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { messageIdOf, packetReader, readingsEncoder } from './packets.ts'

function parse(bytes: Buffer): Packet[] {
  const packets: Packet[] = []
  const reader = parser({ protocolVersion: 4 })
  reader.on('packet', (packet) => packets.push(packet))
  reader.parse(bytes)
  return packets
}

describe('the readings encoder', () => {
  it.each([1, 2, 9, 10, 65_535, 65_536, 999_999, 12_345_678])(
    'writes message %i as MQTT and JSON that others can read',
    (seq) => {
      const encoder = readingsEncoder('watch-1', (n) => 1_795_335_330_250 + n)
      const bytes = Buffer.alloc(encoder.length * 2)
      encoder.write(bytes, 0, seq)
      encoder.write(bytes, encoder.length, seq + 1)
      const [packet, next] = parse(bytes)
      if (packet?.cmd !== 'publish' || next?.cmd !== 'publish') throw new Error('not a publish packet')
      expect(packet).toMatchObject({
        topic: 'vigil/v1/watch-1/readings',
        qos: 1,
        messageId: messageIdOf(seq),
        retain: false,
      })
      expect(JSON.parse(packet.payload.toString())).toMatchObject({
        at: 1_795_335_330_250 + seq,
        seq,
        readings: { steps: seq },
      })
      expect(JSON.parse(next.payload.toString()).seq).toBe(seq + 1)
    },
  )

  it('never uses message id 0', () => {
    expect([1, 65_535, 65_536, 131_070, 131_071].map(messageIdOf)).toEqual([1, 65_535, 1, 65_535, 1])
  })
})

describe('the packet reader', () => {
  const connack = Buffer.from([0x20, 2, 0, 5])
  const puback = (id: number) => Buffer.from([0x40, 2, id >> 8, id & 255])
  /** A publish of 300 bytes: its length takes two bytes. */
  const publish = Buffer.concat([Buffer.from([0x30, 0xac, 0x02]), Buffer.alloc(300)])
  const stream = Buffer.concat([connack, puback(1), publish, puback(258), puback(65_535)])

  it.each([1, 2, 3, 7, 64, 1_000])('understands the stream in pieces of %i bytes', (size) => {
    const heard: unknown[] = []
    const read = packetReader({ onConnack: (code) => heard.push(['connack', code]), onPuback: (id) => heard.push(id) })
    for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size))
    expect(heard).toEqual([['connack', 5], 1, 258, 65_535])
  })
})
