import { idPattern } from './ids.ts'

/** Who is authenticated. An administrator may speak for any device: bridges, tools and tests do. */
export type PrincipalName =
  | { kind: 'device'; id: string }
  | { kind: 'vendor'; id: string }
  | { kind: 'integration'; id: string }
  | { kind: 'administrator' }

/** The MQTT user name of the administrator, whose password is the administrator's token. No new device may be called so. */
export const administratorName = 'admin'

/** The kinds that have an account beside devices; their user names begin with it: `vendor/{id}`. */
const accounts = ['vendor', 'integration'] as const

/** How a principal is named in credentials, changes, the audit and its sessions' ids: `device:watch-1`. No slash. */
export const principalKey = (principal: PrincipalName): string =>
  principal.kind === 'administrator' ? 'administrator' : `${principal.kind}:${principal.id}`

/** The principal of a key; undefined where it is none. */
export function parsePrincipalKey(key: string): PrincipalName | undefined {
  if (key === 'administrator') return { kind: 'administrator' }
  const [kind, id] = splitAt(key, ':')
  if (!idPattern.test(id)) return undefined
  return kind === 'device' || kind === 'vendor' || kind === 'integration' ? { kind, id } : undefined
}

/** How a principal is called in MQTT: a device by its id, accounts as `vendor/{id}`, the administrator `admin`. */
export function userName(principal: PrincipalName): string {
  if (principal.kind === 'administrator') return administratorName
  return principal.kind === 'device' ? principal.id : `${principal.kind}/${principal.id}`
}

/** Whom a user name stands for, whether there is such a one or not; undefined where it can be nobody's. */
export function parseUserName(name: string): PrincipalName | undefined {
  if (name === administratorName) return { kind: 'administrator' }
  if (!name.includes('/')) return idPattern.test(name) ? { kind: 'device', id: name } : undefined
  const [before, id] = splitAt(name, '/')
  const kind = accounts.find((account) => account === before)
  return kind && idPattern.test(id) ? { kind, id } : undefined
}

/** Ids may hold a colon, so only the first one divides. */
function splitAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark)
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
}

/**
 * The user name of whoever is told what became of a message: the device of which it was, unless the sender had no
 * business with that device; then the sender. Undefined where neither is known.
 */
export function receiptTarget(message: {
  principal: string | undefined
  device: string | undefined
  refused: string | undefined
}): string | undefined {
  const { principal, device, refused } = message
  return refused === 'topic_foreign' ? (principal ?? device) : (device ?? principal)
}
