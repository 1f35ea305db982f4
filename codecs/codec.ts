import type { DecodeContext, Decoded } from '../domain/message.ts'

/** One wire format. Pure: the same bytes give the same answer; no clock, no state, no exception for bad input. */
export type Codec = {
  name: string
  /** Whether this codec takes the topic. At most one codec may claim a topic. */
  claims(topic: string): boolean
  /** The device that the topic names, where the topic tells. */
  device(topic: string): string | undefined
  /** Whether the message must travel in the urgent lane, by topic and structure; called on the hot path, must be cheap. */
  urgent(topic: string, payload: Uint8Array): boolean
  decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded
}
