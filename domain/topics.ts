import { idPattern } from './ids.ts'

/** The kinds of message that a device publishes under its own name. */
export const upKinds = ['readings', 'signals', 'motion', 'status', 'answers'] as const
export type UpKind = (typeof upKinds)[number]
/** The kinds of message that a device may subscribe to under its own name. */
export const downKinds = ['commands', 'receipts'] as const
export type DownKind = (typeof downKinds)[number]

const prefix = 'vigil/v1/'

/** `vigil/v1/{device}/{kind}` taken apart, or undefined where the topic is not one of Vigil's own. */
export function parseTopic(topic: string): { device: string; kind: UpKind | DownKind } | undefined {
  if (!topic.startsWith(prefix)) return undefined
  const slash = topic.indexOf('/', prefix.length)
  const device = topic.slice(prefix.length, slash)
  const kind = topic.slice(slash + 1)
  if (slash < 0 || !idPattern.test(device)) return undefined
  if (!isUpKind(kind) && !(downKinds as readonly string[]).includes(kind)) return undefined
  return { device, kind: kind as UpKind | DownKind }
}

export const isUpKind = (kind: string): kind is UpKind => (upKinds as readonly string[]).includes(kind)

export const topicOf = (device: string, kind: UpKind | DownKind): string => `${prefix}${device}/${kind}`
