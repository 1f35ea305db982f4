import type { Row } from './disk.ts'
import type { OutgoingPacket, PublishPacket, Qos, Subscription, Will } from './packets.ts'

/** The kinds of row; the numbers are in files, so they keep their meaning for ever. */
const kinds = { session: 1, message: 2, release: 3, inbound: 4, retained: 5, will: 6 } as const

export type SessionRow = { id: string; usedAt: number; subscriptions: Subscription[] }
/** `session` is the number of the session's own row. */
export type QueuedRow = { session: number; packet: OutgoingPacket }
/** Rows of before fingerprints were taken have none. */
export type InboundRow = { session: number; messageId: number; fingerprint: string | undefined }

/** `at`: epoch ms, when it was left here. */
export type RetainedRow = { packet: PublishPacket; at: number }
export type WillRow = { will: Will; at: number }

/** What is read back, by kind; `n` is the number of its row. */
export type Reader = {
  session(n: number, row: SessionRow): void
  queued(n: number, row: QueuedRow): void
  inbound(n: number, row: InboundRow): void
  retained(n: number, row: RetainedRow): void
  will(n: number, row: WillRow): void
}

export const sessionRow = ({ id, usedAt, subscriptions }: SessionRow): Row => [
  kinds.session,
  id,
  usedAt,
  subscriptions.map(({ topic, qos, rh, rap, nl }) => [topic, qos, rh, rap, nl]),
]

export const queuedRow = ({ session, packet }: QueuedRow): Row =>
  packet.cmd === 'pubrel'
    ? [kinds.release, session, packet.messageId]
    : [
        kinds.message,
        session,
        packet.topic,
        Buffer.from(packet.payload),
        packet.qos,
        packet.brokerId,
        packet.brokerCounter,
        packet.messageId,
      ]

export const inboundRow = ({ session, messageId, fingerprint }: InboundRow): Row => [
  kinds.inbound,
  session,
  messageId,
  fingerprint,
]

export const retainedRow = ({ packet: { topic, payload, qos }, at }: RetainedRow): Row => [
  kinds.retained,
  topic,
  Buffer.from(payload),
  qos,
  at,
]

export const willRow = ({ will: { topic, payload, qos, retain, brokerId, clientId }, at }: WillRow): Row => [
  kinds.will,
  topic,
  Buffer.from(payload),
  qos,
  retain,
  brokerId,
  clientId,
  at,
]

/** Hands each row to whom its kind concerns. A kind that is not known was written by a later version and is let lie. */
export function readRow(n: number, row: Row, reader: Reader): void {
  switch (row[0]) {
    case kinds.session:
      reader.session(n, readSession(row))
      break
    case kinds.message:
      reader.queued(n, readMessage(row))
      break
    case kinds.release:
      reader.queued(n, { session: row[1] as number, packet: { cmd: 'pubrel', messageId: row[2] as number } })
      break
    case kinds.inbound:
      reader.inbound(n, {
        session: row[1] as number,
        messageId: row[2] as number,
        fingerprint: orUndefined(row[3]),
      })
      break
    case kinds.retained:
      reader.retained(n, { packet: readRetained(row), at: Number(row[4] ?? 0) })
      break
    case kinds.will:
      reader.will(n, { will: readWill(row), at: Number(row[7] ?? 0) })
      break
  }
}

/** msgpack gives nil back as null where undefined was put. */
const orUndefined = <T>(value: unknown): T | undefined => (value ?? undefined) as T | undefined

type OptionsRow = [topic: string, qos: number, rh: unknown, rap: unknown, nl: unknown]

const readSession = (row: Row): SessionRow => ({
  id: row[1] as string,
  usedAt: row[2] as number,
  subscriptions: (row[3] as OptionsRow[]).map(([topic, qos, rh, rap, nl]) => ({
    topic,
    qos,
    rh: orUndefined(rh),
    rap: orUndefined(rap),
    nl: orUndefined(nl),
  })),
})

const readMessage = (row: Row): QueuedRow => ({
  session: row[1] as number,
  packet: {
    cmd: 'publish',
    topic: row[2] as string,
    payload: row[3] as Buffer,
    qos: row[4] as Qos,
    brokerId: row[5] as string,
    brokerCounter: row[6] as number,
    messageId: orUndefined(row[7]),
    retain: false,
    dup: false,
  },
})

const readRetained = (row: Row): PublishPacket => ({
  cmd: 'publish',
  topic: row[1] as string,
  payload: row[2] as Buffer,
  qos: row[3] as Qos,
  retain: true,
  dup: false,
})

const readWill = (row: Row): Will => ({
  topic: row[1] as string,
  payload: row[2] as Buffer,
  qos: row[3] as Qos,
  retain: row[4] as boolean,
  brokerId: row[5] as string,
  clientId: row[6] as string,
})
