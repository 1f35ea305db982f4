import { type Outcome, outcomes, type TicketAction } from '../../../domain/ticket.ts'
import { expectationIn } from './expectations.ts'
import { happeningIn } from './happenings.ts'
import { homeIn, type Names, theHome } from './names.ts'
import { type Expectation, type Part, parts, type Step } from './scenario.ts'
import { type Times, whenIn } from './times.ts'
import { countIn, durationIn, type Words, wordsOf } from './words.ts'

/** What a sentence says, without where it stands. */
export type Said = Step extends infer S ? (S extends Step ? Omit<S, 'text' | 'line' | 'column'> : never) : never

/** Reads one sentence. Throws Mistaken, with the offset in `text`, where it is none. */
export function readSentence(text: string, names: Names, times: Times): Said {
  const words = wordsOf(text)
  const gap = words.skip('gap', ':')
  const when = whenIn(words, times)
  const home = words.skip('in') ? homeIn(words, names) : undefined
  if (home !== undefined) words.need(':')
  const said = contentIn(words, names, { gap, when, home, last: times.last })
  words.finish()
  return said
}

type Context = { gap: boolean; when: number | undefined; home: string | undefined; last: number }

function contentIn(words: Words, names: Names, { gap, when, home, last }: Context): Said {
  const start = words.offset()
  if (words.skip('expect')) {
    if (home !== undefined)
      words.fail('word_unknown', `Of one home one expects like this: expect ticket in ${home} …`, start)
    const at = when ?? last
    const expectation = expectationIn(words, names, at)
    return { does: 'expects', at, gap, expectation: when === undefined ? expectation : lookedAt(expectation, at) }
  }
  if (gap) return words.fail('word_unknown', 'After "gap:" follows an expectation: gap: expect …', start)
  if (when === undefined) return noTime(words, names, { gap, when, home, last }, start)
  return happensAt(words, names, home, when)
}

/** `at 07:00 expect 1 ticket` is looked at right then. */
const lookedAt = (expectation: Expectation, at: number): Expectation =>
  expectation.what === 'count' || expectation.what === 'still' ? { ...expectation, until: at } : expectation

/** A sentence without a time may be wrong in its first word, too: that is the better thing to say. */
function noTime(words: Words, names: Names, context: Context, start: number): never {
  happensAt(words, names, context.home, context.last)
  return words.fail('time_missing', 'Say when: at 03:12 … or after 5 min …', start)
}

function happensAt(words: Words, names: Names, home: string | undefined, at: number): Said {
  const part = parts.find((name) => words.peek() === name && ['restarts', 'down'].includes(words.peek(1) ?? ''))
  if (part) return { at, ...systemIn(words, part) }
  if (words.skip('dispatcher')) return { at, ...workIn(words) }
  const plan = theHome(words, names, home)
  return { at, does: 'happens', home: plan.id, event: happeningIn(words, { home: plan, names, at }) }
}

function systemIn(words: Words, part: Part) {
  words.take('a part of the system')
  const downFor = words.skip('restarts') ? 0 : downIn(words)
  return { does: 'system', part, downFor } as const
}

function downIn(words: Words): number {
  words.need('down', 'for')
  return durationIn(words)
}

const deeds: Record<string, TicketAction> = {
  acknowledges: 'acknowledge',
  dispatches: 'dispatch',
  arrives: 'arrive',
  resolves: 'resolve',
  closes: 'close',
  reopens: 'reopen',
  notes: 'note',
}

/** `acknowledges`, `closes ticket 2 as false alarm`, `notes "the son is called"`. */
function workIn(words: Words) {
  const action = deeds[words.choose('what a dispatcher does', Object.keys(deeds))]!
  const ticket = words.skip('ticket') ? countIn(words, 'The number of a ticket') : undefined
  return {
    does: 'works',
    action,
    ticket,
    ...(action === 'close' && { outcome: outcomeIn(words) }),
    ...(action === 'note' && { note: noteIn(words) }),
  } as const
}

const outcomeNames = new Map(Object.keys(outcomes).map((name) => [name.replaceAll('_', ' '), name as Outcome]))

function outcomeIn(words: Words): Outcome {
  words.need('as')
  return outcomeNames.get(words.choose('an outcome', [...outcomeNames.keys()]))!
}

function noteIn(words: Words): string {
  const at = words.offset()
  const text = words.take('a note in quotation marks')
  if (/^".+"$/.test(text)) return text.slice(1, -1)
  return words.fail('word_unknown', 'A note stands in quotation marks: dispatcher notes "the son is called".', at)
}
