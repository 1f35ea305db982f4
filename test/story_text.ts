import type { Ticket } from '../domain/ticket.ts'
import type { Seen } from './sightings.ts'
import { countedSignals } from './timeline.ts'

/** What the story did, in words. `at`: epoch ms. */
export type Deed = { at: number; text: string }

/** The night as a person reads it: virtual seconds since `zero`, what was done and seen, then each ticket's own timeline. */
export function storyText(deeds: Deed[], { events, tickets, at }: Seen, zero: number): string {
  const second = (ms: number) => `${((ms - zero) / 1_000).toFixed(1).padStart(9)} s  `
  const seen = events.map((e) => ({
    at: Date.parse(e.at),
    text: `  ${e.type}  ${e.ticket ? ticketText(e.ticket) : ''}`,
  }))
  const happened = [...deeds, ...seen].sort((a, b) => a.at - b.at).map(({ at, text }) => `${second(at)}${text}`)
  const listed = tickets.flatMap((t) => [
    `  ticket ${ticketText(t)}`,
    ...t.timeline.map(
      (line) => `${second(Date.parse(line.at))}${line.who}: ${line.what} (${line.reason ?? 'no reason'})`,
    ),
    `${' '.repeat(13)}next: ${nextText(t, second)}`,
  ])
  return [...happened, `${second(at)}now`, ...(listed.length > 0 ? listed : ['  no ticket'])].join('\n')
}

function ticketText(t: Ticket): string {
  const marks = [t.late ? 'late' : '', t.unverified ? `unverified: ${t.unverified_reasons.join(', ')}` : '']
  const more = [t.holder ? `held by ${t.holder}` : '', ...marks, `${countedSignals(t)} signals`]
  return `#${t.number} ${t.kind} ${t.severity} ${t.state} (${more.filter(Boolean).join('; ')})`
}

function nextText({ next_step }: Ticket, second: (ms: number) => string): string {
  if (!next_step) return 'nothing'
  const { what, at, holder } = next_step
  return [what, holder ?? '', at ? `at ${second(Date.parse(at)).trim()}` : ''].filter(Boolean).join(', ')
}
