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

/** Where somebody is told of what became of what he sent, by user name; undefined where nobody would be told. */
export function receiptsTopic(user: string): string | undefined {
  if (idPattern.test(user)) return topicOf(user, 'receipts')
  const vendor = /^vendor\/([^/]+)$/.exec(user)?.[1]
  return vendor !== undefined && idPattern.test(vendor) ? `${prefix}vendors/${vendor}/receipts` : undefined
}

/** The live events of all tickets. */
export const allTickets = `${prefix}tickets`
/** The live events of the tickets of an area and of all below it. */
export const areaTickets = (area: string): string => `${prefix}areas/${area}/tickets`

/** The area whose tickets a topic or filter is about, null where it is about all; undefined where it is about none. */
export function areaOfTickets(topic: string): string | null | undefined {
  if (topic === allTickets) return null
  if (!topic.startsWith(areasPrefix) || !topic.endsWith(areasEnd)) return undefined
  const area = topic.slice(areasPrefix.length, -areasEnd.length)
  return idPattern.test(area) ? area : undefined
}
const areasPrefix = `${prefix}areas/`
const areasEnd = '/tickets'

/** The two filters by which a gateway or vendor hears what is for any of its devices. */
export const familyFilters: readonly string[] = downKinds.map((kind) => `${prefix}+/${kind}`)
