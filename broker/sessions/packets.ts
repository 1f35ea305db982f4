/** What Aedes hands to its persistence and takes from it, as far as it is looked at. */
export type Qos = 0 | 1 | 2

/** A client of Aedes', or only its id. `clean` ones end with their connection; `conn` is the connection itself. */
export type ClientLike = { id: string; clean?: boolean; conn?: object & { destroyed?: boolean }; closed?: boolean }

export type PublishPacket = {
  cmd: 'publish'
  topic: string
  payload: string | Buffer
  qos: Qos
  retain: boolean
  dup: boolean
  /** Who numbered the message, and how; both together name it. */
  brokerId?: string
  brokerCounter?: number
  messageId?: number | undefined
}

/** Of a QoS 2 message that the client has, until it says that it has let go of its number too. */
export type PubrelPacket = { cmd: 'pubrel'; messageId: number }

export type OutgoingPacket = PublishPacket | PubrelPacket

/** Any packet, as far as its number on the wire is asked for. */
export type Numbered = { cmd?: string; messageId?: number | undefined }

/** `brokerId` and `clientId` are written into it when it is stored. */
export type Will = {
  topic: string
  payload: string | Buffer
  qos: Qos
  retain: boolean
  brokerId?: string
  clientId?: string
}

/** The rest are MQTT 5's options, which Aedes passes through. */
export type SubscriptionOptions = { qos: number; rh?: number; rap?: boolean; nl?: boolean }
export type Subscription = SubscriptionOptions & { topic: string }
/** A session that is to get a message, and the filter by which. */
export type Receiver = SubscriptionOptions & { clientId: string; topic: string }

/** A copy in memory of its own: the bytes that came over the wire are a window on the tens of kilobytes read with them. */
export function ownBytes(payload: string | Buffer): string | Buffer {
  if (typeof payload === 'string') return payload
  const copy = Buffer.allocUnsafeSlow(payload.length)
  payload.copy(copy)
  return copy
}

/** Memory that a message takes beside its text: its objects, its place in maps. Measured as some 400 bytes. */
const objectBytes = 400

export const sizeOf = ({ topic, payload }: { topic: string; payload: string | Buffer }): number =>
  objectBytes + topic.length + Buffer.byteLength(payload)
