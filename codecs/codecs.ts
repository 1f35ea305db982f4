import type { Codec } from './codec.ts'
import { native } from './native.ts'

/** Every wire format that Vigil reads. At most one may claim a topic. */
export const codecs: readonly Codec[] = [native]

export const codecOf = (topic: string): Codec | undefined => codecs.find((codec) => codec.claims(topic))

/** The device that a topic names, or undefined where no codec takes the topic or the topic does not tell. */
export const deviceOf = (topic: string): string | undefined => codecOf(topic)?.device(topic)
