import { type Packet, type Parser, parser } from 'mqtt-packet'
import { limits } from '../../domain/limits.ts'
import { type Decode, messageOf } from './describe.ts'
import { createFramer } from './frames.ts'
import type { Line, Message, Seen } from './seen.ts'

/** What a subscription is answered with where it is refused. */
export const SUBSCRIPTION_REFUSED = 0x80

/** Notes what a device sends. Gives the message where it is one. */
export function noteUpward(seen: Seen, line: Line, packet: Packet, at: number, decode: Decode): Message | undefined {
  if (packet.cmd === 'subscribe') {
    for (const { topic, qos } of packet.subscriptions) line.subscriptions.push({ at, topic, qos })
  } else if (packet.cmd === 'puback' || packet.cmd === 'pubrec') {
    const sent = line.downward.findLast(({ id }) => id === packet.messageId)
    if (sent) sent.acknowledgedAt ??= at
  }
  if (packet.cmd !== 'publish') return undefined
  const message = messageOf(packet, { at, line: line.number, trial: currentTrial(seen) }, decode)
  seen.messages.push(message)
  return message
}

export const currentTrial = (seen: Seen): Line['trial'] => seen.trials.at(-1)?.trial ?? 'connect'

/** Notes what Vigil answers. Gives whether the packet is to be kept from the device. */
export function noteDownward(seen: Seen, line: Line, packet: Packet, at: number): boolean {
  if (packet.cmd === 'connack') {
    line.answer = { at, code: packet.returnCode ?? packet.reasonCode ?? 0, by: 'vigil' }
  } else if (packet.cmd === 'suback') {
    noteGranted(line, packet.granted)
  } else if (packet.cmd === 'publish') {
    const { topic, qos, payload, messageId: id = 0 } = packet
    line.downward.push({ at, id, topic, qos, payload: payload.toString() })
  } else if (packet.cmd === 'puback' || packet.cmd === 'pubrec') {
    const sent = seen.messages.findLast(({ line: on, id }) => on === line.number && id === packet.messageId)
    if (sent?.withheld) return true
    if (sent) sent.acknowledgedAt ??= at
  }
  return false
}

/** Grants come in the order of the subscriptions that have none yet. */
function noteGranted(line: Line, granted: readonly unknown[]): void {
  const open = line.subscriptions.filter((subscription) => subscription.granted === undefined)
  for (const [index, code] of granted.entries()) {
    const subscription = open[index]
    if (subscription) subscription.granted = typeof code === 'number' ? code : SUBSCRIPTION_REFUSED
  }
}

/** What a reader does with what it finds. */
export type ReaderHandler = {
  /** A whole packet: its bytes as they came, and what they say where that can be read. */
  packet(raw: Buffer, packet: Packet | undefined): void
  /** A packet that breaks the rules; its bytes are handed on all the same. */
  odd(reason: string): void
  /** Bytes that are no MQTT at all: nothing after them can be read. */
  lost(reason: string): void
}

/** Reads a stream of bytes packet by packet. */
export function packetReader(handler: ReaderHandler): (chunk: Buffer) => void {
  const framer = createFramer(limits.packetBytes)
  const read = singlePacketReader(handler.odd)
  return (chunk) => {
    let frames: Buffer[]
    try {
      frames = framer.take(chunk)
    } catch (error) {
      return handler.lost(error instanceof Error ? error.message : String(error))
    }
    for (const raw of frames) handler.packet(raw, read(raw))
  }
}

function singlePacketReader(odd: (reason: string) => void): (raw: Buffer) => Packet | undefined {
  let packet: Packet | undefined
  let reading = openParser()
  function openParser(): Parser {
    const fresh = parser()
    fresh.on('packet', (read) => {
      packet = read
    })
    fresh.on('error', (error) => {
      reading = openParser()
      odd(error.message)
    })
    return fresh
  }
  return (raw) => {
    packet = undefined
    // A copy: the parser keeps slices of what it is given.
    reading.parse(Buffer.from(raw))
    return packet
  }
}
