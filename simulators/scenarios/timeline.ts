import type { LiveEvent } from '../../domain/ticket.ts'
import type { Verdict } from './judging/verdicts.ts'
import type { SeenTicket } from './playing/seen.ts'
import type { Scenario } from './reading/scenario.ts'
import { dayNumber, shownTime } from './reading/times.ts'

/** What a line of the timeline tells of. */
export type Tone = 'title' | 'step' | 'device' | 'ticket' | 'held' | 'failed' | 'gap' | 'quiet'
export type Line = { tone: Tone; text: string }

export const marks = { held: '✓', failed: '✗', known_gap: '○', closed_gap: '✗' } as const

/** `day 2 03:12:04`; the day is left out where it is the same as in the line before. */
export function stamp(scenario: Scenario): (at: number) => string {
  let lastDay = 0
  return (at) => {
    const day = dayNumber(at, scenario.start)
    const shown = day === lastDay ? ' '.repeat(`day ${day}`.length) : `day ${day}`
    lastDay = day
    return `${shown} ${shownTime(at)}`
  }
}

export function verdictLine({ outcome, text, detail }: Verdict): Line {
  const said = text.replace(/^gap:\s*/, '')
  if (outcome === 'held') return { tone: 'held', text: `✓ ${said}${detail && `: ${detail}`}` }
  if (outcome === 'known_gap') return { tone: 'gap', text: `○ known gap: ${said}: ${detail}` }
  if (outcome === 'closed_gap')
    return { tone: 'failed', text: `✗ ${said}: it is met now, so take "gap:" away${detail && ` (${detail})`}` }
  return { tone: 'failed', text: `✗ ${said}: ${detail}` }
}

/** Alarms about one ticket that are told; the others are only counted. */
const alarmsTold = 2

/** What an event did to a ticket, or undefined where it is not worth a line. */
export function ticketLine(
  { type }: LiveEvent,
  { number, ticket, alarms }: SeenTicket,
  isNew: boolean,
  called: (device: string) => string,
): string | undefined {
  const kind = ticket.kind.replaceAll('_', ' ')
  const doubt = ticket.unverified
    ? `, unverified because ${ticket.unverified_reasons.join(', ').replaceAll('_', ' ')}`
    : ''
  if (isNew) return `ticket ${number} opened: ${kind}, ${ticket.severity}, by ${called(ticket.device ?? '')}${doubt}`
  if (type === 'ticket.unanswered') {
    const more = alarms.length === alarmsTold ? '; further alarms of it are not shown' : ''
    return alarms.length <= alarmsTold ? `ticket ${number}: nobody answered, it alarms again${more}` : undefined
  }
  const last = ticket.timeline.at(-1)
  const from = last?.what === 'evidence_added' ? ` from ${called(ticket.evidence.at(-1)?.device ?? '')}` : ''
  const who = last && last.who !== 'vigil' ? ` by ${last.who}` : ''
  return `ticket ${number}: ${(last?.what ?? 'updated').replaceAll('_', ' ')}${from}${who}, ${kind}, ${ticket.state.replaceAll('_', ' ')}`
}
