import type { SignalKind } from '../../../domain/signals.ts'
import type { Evidence, Ticket } from '../../../domain/ticket.ts'
import type { Group, Trait } from './scenario.ts'

/** What a ticket lacks, as the end of a sentence ("ticket 1 …"); undefined where it is as expected. */
export function lacks(ticket: Ticket, trait: Trait, called: (device: string) => string): string | undefined {
  switch (trait.is) {
    case 'severity':
      return ticket.severity === trait.severity ? undefined : `has severity ${ticket.severity}`
    case 'state':
      return ticket.state === trait.state ? undefined : `is ${ticket.state}`
    case 'verified':
      return ticket.unverified ? `is unverified because ${list(ticket.unverified_reasons)}` : undefined
    case 'unverified':
      return unverified(ticket, trait.because)
    case 'signals':
      return counted(ticket.evidence, trait)
    case 'evidence':
      return missing(ticket.evidence, trait.from, called)
    case 'no_evidence':
      return unwanted(ticket.evidence, trait.from)
  }
}

/** Whether a trait can be lost again as more comes in, so that it is looked at when the time is over. */
export const isSettledLate = (trait: Trait): boolean =>
  trait.is === 'no_evidence' || trait.is === 'verified' || (trait.is === 'signals' && !trait.orMore)

const list = (words: readonly string[]): string => words.map((word) => word.replaceAll('_', ' ')).join(' and ')

function unverified({ unverified: is, unverified_reasons: reasons }: Ticket, because: readonly string[]) {
  if (!is) return 'is verified'
  const absent = because.filter((reason) => !reasons.includes(reason))
  return absent.length > 0 ? `is unverified because ${list(reasons)}, not because ${list(absent)}` : undefined
}

/** Repeats were counted instead of kept, so they count here too. */
const timesOf = (evidence: readonly Evidence[], of: SignalKind | undefined): number =>
  evidence.filter(({ signal }) => of === undefined || signal === of).reduce((sum, { repeats }) => sum + 1 + repeats, 0)

function counted(evidence: readonly Evidence[], { of, count, orMore }: Extract<Trait, { is: 'signals' }>) {
  const found = timesOf(evidence, of)
  if (orMore ? found >= count : found === count) return undefined
  const noun = of === 'sos' ? ['press', 'presses'] : ['signal', 'signals']
  return `has ${found} ${noun[found === 1 ? 0 : 1]}`
}

const isFrom = (evidence: readonly Evidence[], { devices }: Group): boolean =>
  evidence.some(({ device }) => devices.includes(device))

function missing(evidence: readonly Evidence[], groups: readonly Group[], called: (device: string) => string) {
  const absent = groups.filter((group) => !isFrom(evidence, group))
  if (absent.length === 0) return undefined
  const there = [...new Set(evidence.map(({ device }) => called(device)))]
  return `has evidence from ${list(there)}, not from ${list(absent.map((group) => group.called))}`
}

function unwanted(evidence: readonly Evidence[], groups: readonly Group[]) {
  const found = groups.filter((group) => isFrom(evidence, group))
  return found.length > 0 ? `has evidence from ${list(found.map((group) => group.called))}` : undefined
}
