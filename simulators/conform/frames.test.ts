import { generate } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { createFramer } from './frames.ts'

const publish = (bytes: number) =>
  generate({ cmd: 'publish', topic: 'a', payload: Buffer.alloc(bytes, 7), qos: 0, dup: false, retain: false })
const packets = [
  generate({ cmd: 'pingreq' }),
  publish(0),
  publish(200),
  publish(2_000),
  generate({ cmd: 'puback', messageId: 9 }),
]

describe('a framer', () => {
  it.each([1, 2, 3, 127, 1_000, 1_000_000])('gives whole packets, byte for byte, from chunks of %i', (size) => {
    const bytes = Buffer.concat(packets)
    const framer = createFramer(1_000_000)
    const taken: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) taken.push(...framer.take(bytes.subarray(at, at + size)))
    expect(taken.map((packet) => packet.toString('hex'))).toEqual(packets.map((packet) => packet.toString('hex')))
  })

  it('throws for a packet that is larger than allowed before it has come whole', () => {
    expect(() => createFramer(1_000).take(publish(20_000).subarray(0, 10))).toThrow('20')
  })

  it('throws for what is no MQTT', () => {
    expect(() => createFramer(1_000).take(Buffer.from([0x16, 0xff, 0xff, 0xff, 0xff, 0x01]))).toThrow('four bytes')
  })
})
