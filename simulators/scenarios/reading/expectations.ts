import { doubts, type SignalKind, severities, signals } from '../../../domain/signals.ts'
import { ticketStates } from '../../../domain/ticket.ts'
import { calledIn, deviceIn, groupIn, homeIn, type Names, theHome } from './names.ts'
import type { Expectation, Group, Trait } from './scenario.ts'
import { countIn, durationIn, type Words } from './words.ts'

/** Deadlines where a sentence names none, from the step above. */
export const usually = {
  /** Vigil opens a ticket within a second of the signal; devices take some seconds to be sure of a fall. */
  ticket: 10_000,
  /** An unanswered ticket alarms again every minute. */
  alarm: 90_000,
  receipt: 5_000,
}

/** Until the next step or the end of the run, whichever `read.ts` finds right. */
export const theEnd = Number.POSITIVE_INFINITY

/** A word of the domain as people write it: `water leak` for `water_leak`. */
const spoken = (name: string): string => name.replaceAll('_', ' ')
const kinds = new Map(Object.keys(signals).map((kind) => [spoken(kind), kind as SignalKind]))
const states = new Map(ticketStates.map((state) => [spoken(state), state]))
const reasons = new Map(Object.keys(doubts).map((doubt) => [spoken(doubt), doubt as keyof typeof doubts]))

const chosen = <T>(words: Words, what: string, table: ReadonlyMap<string, T>): T => {
  const phrase = words.choose(what, [...table.keys()])
  return table.get(phrase) as T
}

/** Takes the phrase and gives what it stands for, where one comes next. */
const chosenIfThere = <T>(words: Words, table: ReadonlyMap<string, T>): T | undefined => {
  const phrase = [...table.keys()].find((candidate) => words.skip(...candidate.split(' ')))
  return phrase === undefined ? undefined : table.get(phrase)
}

/** What stands after `expect`. `from`: the instant of the step that it counts from, epoch ms. */
export function expectationIn(words: Words, names: Names, from: number): Expectation {
  if (words.skip('no')) return nothingIn(words, names, from)
  if (words.skip('alarm', 'again')) {
    const home = scopeIn(words, names)
    return { what: 'alarm', from, home, until: deadlineIn(words, from, usually.alarm) }
  }
  if (words.skip('receipt')) return receiptIn(words, names, from)
  if (words.skip('ticket')) return ticketIn(words, names, from)
  if (/^\d/.test(words.peek() ?? '')) return countOf(words, names, from)
  words.choose('what can be expected', ['ticket', 'no ticket', 'alarm again', 'no alarm again', 'receipt', '2 tickets'])
  return words.fail('word_unknown', 'An expectation must say what: ticket, alarm again, receipt.')
}

const scopeIn = (words: Words, names: Names): string | undefined =>
  words.skip('in') ? homeIn(words, names) : undefined

const deadlineIn = (words: Words, from: number, usual: number): number =>
  from + (words.skip('within') ? durationIn(words) : usual)

const spanIn = (words: Words, from: number): number => (words.skip('for') ? from + durationIn(words) : theEnd)

function nothingIn(words: Words, names: Names, from: number): Expectation {
  if (words.skip('alarm', 'again')) {
    const home = scopeIn(words, names)
    return { what: 'no_alarm', from, home, until: spanIn(words, from) }
  }
  words.need('ticket')
  const kind = chosenIfThere(words, kinds)
  const home = scopeIn(words, names)
  if (words.peek() !== undefined && words.peek() !== 'for') chosen(words, 'a kind of ticket', kinds)
  return { what: 'no_ticket', kind, from, home, until: spanIn(words, from) }
}

function countOf(words: Words, names: Names, from: number): Expectation {
  const count = countIn(words, 'The number of tickets')
  words.need(count === 1 ? 'ticket' : 'tickets')
  return { what: 'count', count, from, home: scopeIn(words, names), until: theEnd }
}

function receiptIn(words: Words, names: Names, from: number): Expectation {
  const result = words.choose('a result', ['accepted', 'refused'])
  words.need('for')
  const told = words.peek(1) === 'in' ? words.peek(2) : undefined
  const home = theHome(words, names, told)
  const device = deviceIn(words, home)
  scopeIn(words, names)
  const until = deadlineIn(words, from, usually.receipt)
  return { what: 'receipt', result, device, called: calledIn(home, device), from, until, home: home.id }
}

function ticketIn(words: Words, names: Names, from: number): Expectation {
  const number = /^\d/.test(words.peek() ?? '') ? countIn(words, 'The number of a ticket') : undefined
  if (number !== undefined && words.skip('still')) {
    const state = chosen(words, 'a state of a ticket', states)
    return { what: 'still', number, state, from, until: theEnd, home: scopeIn(words, names) }
  }
  const kind = chosenIfThere(words, kinds)
  const home = scopeIn(words, names)
  const next = words.peek()
  if (next !== undefined && next !== ',' && next !== 'within') chosen(words, 'a kind of ticket', kinds)
  const until = deadlineIn(words, from, usually.ticket)
  const traits: Trait[] = []
  while (words.skip(',')) traits.push(traitIn(words, names, home))
  return { what: 'ticket', number, kind, from, until, home, traits }
}

type TraitReader = (words: Words, names: Names, home: string | undefined) => Trait

const traits: Record<string, TraitReader> = {
  severity: (words) => ({ is: 'severity', severity: words.choose('a severity', severities) }),
  'evidence from': (words, names, home) => ({ is: 'evidence', from: groupsIn(words, names, home) }),
  'not from': (words, names, home) => ({ is: 'no_evidence', from: groupsIn(words, names, home) }),
  'at least': (words) => signalsIn(words, true),
  verified: () => ({ is: 'verified' }),
  unverified: (words) => ({ is: 'unverified', because: words.skip('because') ? reasonsIn(words) : [] }),
  state: (words) => ({ is: 'state', state: chosen(words, 'a state of a ticket', states) }),
}

function traitIn(words: Words, names: Names, home: string | undefined): Trait {
  if (/^\d/.test(words.peek() ?? '')) return signalsIn(words, false)
  const phrase = words.choose('what a ticket can be', [...Object.keys(traits)])
  return traits[phrase]!(words, names, home)
}

/** `3 presses`, `1 signal`. */
function signalsIn(words: Words, orMore: boolean): Trait {
  const count = countIn(words, 'The number of signals')
  const noun = words.choose('what is counted', ['press', 'presses', 'signal', 'signals'])
  return { is: 'signals', of: noun.startsWith('press') ? 'sos' : undefined, count, orMore }
}

function groupsIn(words: Words, names: Names, home: string | undefined): Group[] {
  const groups = [groupIn(words, names, home)]
  while (words.skip('and')) groups.push(groupIn(words, names, home))
  return groups
}

function reasonsIn(words: Words) {
  const found = [chosen(words, 'a reason for doubt', reasons)]
  while (words.skip('and')) found.push(chosen(words, 'a reason for doubt', reasons))
  return found
}
