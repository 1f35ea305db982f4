import type { Decoded } from '../domain/message.ts'
import type { UpKind } from '../domain/topics.ts'
import { native } from './native/native.ts'

/** When the test's messages are received, epoch ms. */
export const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
/** The instant that they speak of. */
export const at = receivedAt - 750

/** Decodes a text, or a value as JSON, on a topic of the device `watch-1`. */
export function decode(kind: UpKind, payload: unknown): Decoded {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return native.decode(`vigil/v1/watch-1/${kind}`, Buffer.from(text), { receivedAt })
}

export const codes = ({ refusals }: Decoded): string[] => refusals.map(({ code }) => code)
export const values = ({ readings }: Decoded): [string, number][] =>
  readings.map(({ metric, value }) => [metric, value])
