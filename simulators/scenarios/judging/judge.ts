import type { Seen, SeenTicket } from '../playing/seen.ts'
import type { Expectation, Scenario } from '../reading/scenario.ts'
import { inWords } from '../reading/times.ts'
import { isSettledLate, lacks } from '../reading/traits.ts'

/** What became of an expectation: `detail` says what was seen, for people. `tickets`: those that it speaks of. */
export type Finding = { held: boolean; detail: string; tickets: readonly SeenTicket[] }

/**
 * Looks at an expectation at an instant. `before`: just before what happens at that instant, where counts are taken; a
 * deadline includes its instant and is looked at after it. Undefined: not decided yet.
 */
export type Look = { seen: Seen; now: number; phase: 'before' | 'after'; called(device: string): string }

export function find(expectation: Expectation, look: Look): Finding | undefined {
  switch (expectation.what) {
    case 'ticket':
      return findTicket(expectation, look)
    case 'no_ticket':
      return findNone(expectation, look)
    case 'count':
    case 'still':
      return isDue(expectation, look) ? findState(expectation, look) : undefined
    case 'alarm':
    case 'no_alarm':
      return findAlarm(expectation, look)
    case 'receipt':
      return findReceipt(expectation, look)
  }
}

/** The files call a device by its name in its home. */
export function callingIn({ homes }: Scenario): (device: string) => string {
  const names = new Map<string, string>()
  for (const home of homes.values())
    for (const { id } of home.devices) {
      const name = id.slice(home.id.length + 1)
      names.set(id, homes.size > 1 ? `${name} in ${home.id}` : name)
    }
  return (device) => names.get(device) ?? device
}

const isOver = ({ until }: Expectation, { now, phase }: Look): boolean =>
  now > until || (now === until && phase === 'after')

/** States are looked at just before what happens at their instant, or right then where that is what they are about. */
const isDue = ({ from, until }: Expectation, { now, phase }: Look): boolean =>
  now > until || (now === until && (phase === 'before' || from === until))

const inScope = ({ home }: Expectation, { tickets }: Seen): SeenTicket[] =>
  tickets.filter(({ ticket }) => home === undefined || ticket.home === home)

const since = ({ from }: Expectation, at: number): string => `after ${inWords(at - from)}`

const kindOf = ({ ticket: { kind } }: SeenTicket): string => kind.replaceAll('_', ' ')

type Of<W extends Expectation['what']> = Extract<Expectation, { what: W }>

function findTicket(expectation: Of<'ticket'>, look: Look): Finding | undefined {
  const late = isOver(expectation, look)
  if (!late && expectation.traits.some(isSettledLate)) return undefined
  const candidates = candidatesOf(expectation, look)
  const wrongs = candidates.map((seen) => ({ seen, wrong: wrongOf(expectation, seen, look) }))
  const right = wrongs.find(({ wrong }) => wrong.length === 0)
  if (right) return { held: true, detail: openedWord(expectation, right.seen), tickets: [right.seen] }
  if (!late) return undefined
  const [nearest] = wrongs.sort((a, b) => a.wrong.length - b.wrong.length)
  if (!nearest) return { held: false, detail: noneWord(expectation, look), tickets: [] }
  return {
    held: false,
    detail: `ticket ${nearest.seen.number} ${nearest.wrong.join(', and ')}`,
    tickets: [nearest.seen],
  }
}

const candidatesOf = (expectation: Of<'ticket'>, { seen }: Look): SeenTicket[] =>
  inScope(expectation, seen).filter(({ number, openedAt }) =>
    expectation.number === undefined
      ? openedAt >= expectation.from && openedAt <= expectation.until
      : number === expectation.number,
  )

function wrongOf({ kind, traits }: Of<'ticket'>, { ticket }: SeenTicket, { called }: Look): string[] {
  const wrongKind = kind !== undefined && ticket.kind !== kind ? [`is ${ticket.kind.replaceAll('_', ' ')}`] : []
  return [...wrongKind, ...traits.flatMap((trait) => lacks(ticket, trait, called) ?? [])]
}

const openedWord = (expectation: Of<'ticket'>, seen: SeenTicket): string =>
  expectation.number === undefined
    ? `ticket ${seen.number} ${since(expectation, seen.openedAt)}`
    : `ticket ${seen.number}`

function noneWord(expectation: Of<'ticket'>, { seen }: Look): string {
  const { number, from, until } = expectation
  if (number !== undefined) return `there is no ticket ${number}`
  const there = seen.tickets
    .filter(({ ticket, openedAt }) => ticket.state !== 'closed' && openedAt < from)
    .map((one) => `${one.number} (${kindOf(one)})`)
  const late = seen.tickets
    .filter(({ openedAt }) => openedAt > until)
    .map((one) => `; ticket ${one.number} (${kindOf(one)}) came ${since(expectation, one.openedAt)}`)
  const already = there.length > 0 ? `; there already: ticket ${there.join(', ')}` : ''
  return `no ticket was opened within ${inWords(until - from)}${already}${late.join('')}`
}

function findNone(expectation: Of<'no_ticket'>, look: Look): Finding | undefined {
  const { from, until, kind } = expectation
  const tickets = inScope(expectation, look.seen).filter(
    ({ openedAt, ticket }) => openedAt >= from && openedAt <= until && (kind === undefined || ticket.kind === kind),
  )
  const [first] = tickets
  if (first)
    return {
      held: false,
      detail: `ticket ${first.number} (${kindOf(first)}) ${since(expectation, first.openedAt)}`,
      tickets,
    }
  return isOver(expectation, look) ? { held: true, detail: '', tickets: [] } : undefined
}

function findState(expectation: Of<'count'> | Of<'still'>, { seen }: Look): Finding {
  const tickets = inScope(expectation, seen)
  if (expectation.what === 'count') {
    const held = tickets.length === expectation.count
    return { held, detail: held ? '' : `there ${tickets.length === 1 ? 'is 1' : `are ${tickets.length}`}`, tickets }
  }
  const found = tickets.find(({ number }) => number === expectation.number)
  const held = found?.ticket.state === expectation.state
  const detail = found ? `ticket ${found.number} is ${found.ticket.state}` : `there is no ticket ${expectation.number}`
  return { held, detail: held ? '' : detail, tickets: found ? [found] : [] }
}

function findAlarm(expectation: Of<'alarm'> | Of<'no_alarm'>, look: Look): Finding | undefined {
  const { from, until, what } = expectation
  const wanted = what === 'alarm'
  for (const seen of inScope(expectation, look.seen)) {
    const at = seen.alarms.find((alarm) => alarm >= from && alarm <= until)
    if (at === undefined) continue
    return { held: wanted, detail: `ticket ${seen.number} ${since(expectation, at)}`, tickets: [] }
  }
  if (!isOver(expectation, look)) return undefined
  return { held: !wanted, detail: wanted ? `no alarm within ${inWords(until - from)}` : '', tickets: [] }
}

function findReceipt(expectation: Of<'receipt'>, look: Look): Finding | undefined {
  const { device, result, from, until } = expectation
  const ofDevice = look.seen.receipts.filter((one) => one.device === device && one.at >= from && one.at <= until)
  const found = ofDevice.find(({ receipt }) => receipt.result === result)
  if (found) return { held: true, detail: since(expectation, found.at), tickets: [] }
  if (!isOver(expectation, look)) return undefined
  const [other] = ofDevice
  const why = other?.receipt.reason ?? other?.receipt.code ?? ''
  const detail = other ? `it was ${other.receipt.result}${why && `: ${why}`}` : 'no receipt came'
  return { held: false, detail, tickets: [] }
}
