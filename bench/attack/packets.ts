import { generate, type Packet, type QoS } from 'mqtt-packet'
import type { Random } from '../../domain/random.ts'

/** MQTT packets as nobody should send them. The same chance gives the same packets. */

export const below = (random: Random, n: number): number => Math.floor(random() * n)
export const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!
const bytes = (random: Random, length: number): Buffer => {
  const made = Buffer.allocUnsafe(length)
  for (let n = 0; n < length; n++) made[n] = below(random, 256)
  return made
}

/** What bytes of topics, filters, ids and payloads are made of. */
const words = [
  'vigil/v1/',
  'bot-1',
  '/readings',
  '/signals',
  '/commands',
  '#',
  '+',
  '$SYS',
  '$share/g/',
  '/',
  '\u0000',
  '\ufeff',
  '💥',
  'a',
]
const text = (random: Random, most: number): string =>
  Array.from({ length: 1 + below(random, most) }, () => pick(random, words)).join('')
const payload = (random: Random): string =>
  pick(random, [
    '',
    '{"signal":"sos"}',
    '{"readings":{"heart_rate":NaN}}',
    '[[[[',
    '{"smoke":0}',
    '\u0000s\u0000o\u0000s',
    text(random, 20),
  ])
const id = (random: Random): number => 1 + below(random, 65_535)
const qos = (random: Random): QoS => below(random, 3) as QoS

const kinds: ((random: Random) => Packet)[] = [
  (random) => ({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: random() < 0.8,
    clientId: text(random, 4),
    keepalive: below(random, 65_536),
    username: text(random, 3),
    password: bytes(random, below(random, 40)),
    ...(random() < 0.3 && {
      will: { topic: text(random, 5), payload: Buffer.from(payload(random)), qos: qos(random), retain: random() < 0.5 },
    }),
  }),
  (random) => ({
    cmd: 'publish',
    topic: text(random, 6),
    payload: payload(random),
    qos: qos(random),
    messageId: id(random),
    dup: false,
    retain: random() < 0.2,
  }),
  (random) => ({
    cmd: 'subscribe',
    messageId: id(random),
    subscriptions: Array.from({ length: 1 + below(random, 4) }, () => ({ topic: text(random, 6), qos: qos(random) })),
  }),
  (random) => ({ cmd: 'unsubscribe', messageId: id(random), unsubscriptions: [text(random, 6)] }),
  (random) => ({ cmd: pick(random, ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const), messageId: id(random) }),
  () => ({ cmd: 'pingreq' }),
]

/** A whole packet without its fixed header, framed anew: so a broker reads on to the packets behind it. */
function framed(first: number, body: Buffer): Buffer {
  const length: number[] = []
  let rest = body.length
  do {
    length.push((rest % 128) | (rest >= 128 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.of(first, ...length), body])
}

function bodyOf(packet: Buffer): Buffer {
  let at = 1
  while (packet[at]! >= 128) at++
  return packet.subarray(at + 1)
}

/** One byte or two of a packet are others, or it is shorter or longer than it says, or its first byte is another. */
function mutated(random: Random, packet: Buffer): Buffer {
  const body = Buffer.from(bodyOf(packet))
  const first = packet[0]!
  switch (below(random, 6)) {
    case 0:
      for (let n = below(random, 3); n >= 0 && body.length > 0; n--)
        body[below(random, body.length)] = below(random, 256)
      return framed(first, body)
    case 1:
      return framed(first, body.subarray(0, below(random, body.length + 1)))
    case 2:
      return framed(first, Buffer.concat([body, bytes(random, below(random, 30))]))
    case 3:
      return framed(first ^ (1 << below(random, 8)), body)
    case 4:
      return packet.subarray(0, below(random, packet.length + 1))
    default:
      return bytes(random, 1 + below(random, 60))
  }
}

/** A packet: in one of `sound` cases right by its frame and strange in what it says, else broken. */
export function somePacket(random: Random, broken: number): Buffer {
  const packet = generate(pick(random, kinds)(random))
  return random() < broken ? mutated(random, packet) : packet
}

export const randomBytes = bytes

export const connectPacket = (device: string, token: string, fields: object = {}): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: device,
    username: device,
    password: Buffer.from(token),
    keepalive: 0,
    ...fields,
  })

export const publishPacket = (topic: string, body: string | Buffer, fields: object = {}): Buffer =>
  generate({ cmd: 'publish', topic, payload: body, qos: 0, dup: false, retain: false, ...fields })

export const subscribePacket = (filters: string[], messageId = 1): Buffer =>
  generate({ cmd: 'subscribe', messageId, subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })) })
