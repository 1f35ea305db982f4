import { parseTopic } from '../domain/topics.ts'
import type { Principal } from './principal.ts'

/** Commands and receipts of its own for a device, by their full names; everything for an administrator. */
export function maySubscribe(principal: Principal, filter: string): boolean {
  if (principal.kind === 'administrator') return true
  const own = parseTopic(filter)
  return own?.device === principal.id && (own.kind === 'commands' || own.kind === 'receipts')
}
