import { isoTime } from '../../../domain/clock.ts'
import { limits } from '../../../domain/limits.ts'
import type { Evidence, Ticket } from '../../../domain/ticket.ts'
import type { Telemetry } from '../playing/read_back.ts'
import type { SaidReading, SaidSignal } from '../playing/said.ts'
import type { SeenTicket } from '../playing/seen.ts'

/** What is wrong with a ticket, as the end of a sentence ("ticket 3 …"). */
type Wrong = { number: number; why: string }

/**
 * What is wrong with the tickets that Vigil has at the end. `seen`: what was told of them live; `homeOf`: the home of a
 * device, with the names of the file; `area`: the one of all homes.
 */
export function wrongTickets(
  tickets: readonly Ticket[],
  seen: readonly SeenTicket[],
  homeOf: (device: string) => string | undefined,
  area: string,
): string[] {
  const told = new Map(seen.map((one) => [one.ticket.id, one]))
  const wrongs = tickets.flatMap((ticket): Wrong[] => {
    const live = told.get(ticket.id)
    const number = live?.number ?? ticket.number
    return [...untold(ticket, live), ...misplaced(ticket, homeOf, area), ...abandoned(ticket)].map((why) => ({
      number,
      why,
    }))
  })
  const there = new Set(tickets.map(({ id }) => id))
  const gone = seen.filter(({ ticket }) => !there.has(ticket.id)).map(({ number }) => ({ number, why: 'is gone' }))
  return [...wrongs, ...gone].map(({ number, why }) => `ticket ${number} ${why}`)
}

function untold(ticket: Ticket, live: SeenTicket | undefined): string[] {
  if (!live) return [`(${ticket.kind.replaceAll('_', ' ')}) was never told of`]
  const { ticket: last } = live
  const isSame = last.state === ticket.state && last.severity === ticket.severity
  return isSame
    ? []
    : [`is ${ticket.severity} and ${ticket.state}, but was last told as ${last.severity} and ${last.state}`]
}

/** A ticket of another home or device than its evidence sends people to the wrong door; in another area nobody sees it. */
function misplaced(ticket: Ticket, homeOf: (device: string) => string | undefined, area: string): string[] {
  const home = ticket.home ?? 'no home'
  const [first] = ticket.evidence
  const strange = ticket.evidence.find(({ device }) => homeOf(device) !== ticket.home)
  return [
    ...(strange ? [`is in ${home}, and ${strange.device} is in ${homeOf(strange.device) ?? 'none'}`] : []),
    ...(first && first.device !== ticket.device ? [`names ${ticket.device ?? 'no device'}, not ${first.device}`] : []),
    ...(ticket.area === area ? [] : [`is in ${ticket.area ?? 'no area'}, not in ${area}`]),
  ]
}

/** Every open ticket has a timer or a person. */
function abandoned({ state, next_step: next }: Ticket): string[] {
  return state === 'closed' || next?.at || next?.holder ? [] : [`is ${state}, and has no next step`]
}

/**
 * How many signals of each kind and device are in no ticket, repeats counted, or are there without their position. Beyond
 * a number of pieces of evidence Vigil only counts, so that there they are only counted too.
 */
export function missingSignals(said: readonly SaidSignal[], tickets: readonly Ticket[]): Map<string, number> {
  const evidence = tickets.flatMap((ticket) => ticket.evidence)
  const isFull = tickets.some((ticket) => ticket.evidence.length >= limits.evidencePerTicket)
  const missing = new Map<string, number>()
  for (const [name, its] of Map.groupBy(said, ({ device, signal }) => `${signal} of ${device}`)) {
    const absent = isFull ? 0 : its.filter((signal) => !evidence.some((piece) => isOf(piece, signal))).length
    const lost = Math.max(absent, its.length - countedLike(its[0]!, evidence))
    if (lost > 0) missing.set(name, lost)
  }
  return missing
}

/** Several of the very same signal are one piece of evidence with repeats. */
function countedLike({ device, signal }: SaidSignal, evidence: readonly Evidence[]): number {
  const pieces = evidence.filter((piece) => piece.device === device && piece.signal === signal)
  return pieces.reduce((sum, { repeats }) => sum + 1 + repeats, 0)
}

function isOf(piece: Evidence, { device, signal, at, position }: SaidSignal): boolean {
  const isSame = piece.device === device && piece.signal === signal
  const isThen = at === undefined ? piece.device_at === null : piece.device_at === isoTime(at)
  // 0/0 is how devices say that they do not know.
  const isThere =
    !position ||
    (!position.lat && !position.lon) ||
    (piece.position?.lat === position.lat && piece.position.lon === position.lon)
  return isSame && isThen && isThere
}

const keyOf = (device: string, metric: string, at: number): string => `${device} ${metric} ${at}`

/** The messages of each device with a reading that Vigil does not have as it was said; of two at one instant either. */
export function missingReadings(said: readonly SaidReading[], stored: Telemetry): Map<string, number> {
  const values = new Map(
    stored.flatMap(({ device, metric, points }) =>
      points.map(([at, value]) => [keyOf(device, metric, Date.parse(at)), value] as const),
    ),
  )
  const missing = new Map<string, Set<number>>()
  for (const [key, its] of Map.groupBy(said, ({ device, metric, at }) => keyOf(device, metric, at))) {
    if (its.some(({ value }) => value === values.get(key))) continue
    for (const { device, message } of its) missing.set(device, (missing.get(device) ?? new Set()).add(message))
  }
  return new Map([...missing].map(([device, messages]) => [device, messages.size]))
}
