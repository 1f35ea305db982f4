import { limits } from '../domain/limits.ts'
import type { DecodeContext, Decoded } from '../domain/message.ts'

/** One wire format. Pure: the same bytes give the same answer; no clock, no state, no exception for bad input. */
export type Codec = {
  /** As users write it (`zigbee2mqtt`); also the folder, and the path of its HTTP push: `POST /api/v1/push/{name}`. */
  name: string
  /** For people: what speaks it. */
  title: string
  /** The MQTT filters of the topics that it takes; `push/{name}` is how HTTP pushes are named. The first codec in the list
   *  whose filter fits takes a topic. */
  topics: readonly string[]
  /** Narrows the filters, where they say too little. */
  claims?(topic: string): boolean
  /** Whether whoever publishes it usually is the device itself, or something that speaks for others. */
  speaks: 'itself' | 'others'
  /** The device's id, of Vigil's own topics only: what they name must be the sender's to name. */
  device?(topic: string): string | undefined
  /** What the topic calls the device, as `sourceName` writes it; undefined where the topic does not tell. */
  source?(topic: string): string | undefined
  /** For people, one sentence each: what makes a message urgent, how a repeat is told, how the device is found. */
  about: { urgent: string; repeat: string; device: string }
  /**
   * Whether the message must travel in the urgent lane: true whenever `decode` finds a signal or a clear, whatever its
   * context. Called for every message on the hot path, so it must be cheap; `urgentIfDecoded` will do for rare formats.
   */
  urgent(topic: string, payload: Uint8Array): boolean
  decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded
  /** Its payloads are no text: only `urgent` and `decode` look for a signal in them, not the search for words. */
  isBinary?: boolean
  /** What an HTTP push of it is answered, where the sender wants to hear something of its own. Default: Vigil's JSON. */
  answer?: { type: string; body: string }
}

/**
 * Whether decoding finds anything that must not wait: for formats that are rare enough to be decoded twice. What is large is urgent
 * undecoded: at the front door everybody waits meanwhile.
 */
export function urgentIfDecoded(codec: Codec, topic: string, payload: Uint8Array): boolean {
  if (payload.byteLength > limits.decodedAtDoorBytes) return true
  const { signals, clears } = codec.decode(topic, payload, { receivedAt: 0 })
  return signals.length + clears.length > 0
}
