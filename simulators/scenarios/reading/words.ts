import { instead, type MistakeCode, Mistaken } from './mistake.ts'

/** A word, a number, a time, a comma or a colon of a sentence; `at` is its offset. */
export type Token = { text: string; at: number }

/** Reads a sentence word by word. What it needs and does not find, it throws as Mistaken. */
export type Words = {
  /** The next word, or the one so many further on; undefined at the end. */
  peek(ahead?: number): string | undefined
  /** Offset of the next word, or of the sentence's end. */
  offset(): number
  /** The next word, taken. `what` is missing where the sentence ends. */
  take(what: string): string
  /** Takes these words where they come next, and tells whether they did. */
  skip(...words: string[]): boolean
  /** Takes these words, which must come next. */
  need(...words: string[]): void
  /** Takes one of some phrases of one or more words. */
  choose<T extends string>(what: string, phrases: readonly T[], code?: MistakeCode): T
  fail(code: MistakeCode, text: string, at?: number): never
  /** Nothing may be left. */
  finish(): void
}

const token = /"[^"]*"|[^\s,:"]+(?::\d[^\s,:"]*)*|[,:"]/g

const tokensOf = (text: string): Token[] =>
  [...text.matchAll(token)].map((match) => ({ text: match[0], at: match.index }))

export function wordsOf(text: string): Words {
  const tokens = tokensOf(text)
  let next = 0
  const peek = (ahead = 0) => tokens[next + ahead]?.text
  const offset = () => tokens[next]?.at ?? text.trimEnd().length
  const fail = (code: MistakeCode, why: string, at = offset()): never => {
    throw new Mistaken(code, at, why)
  }
  const follows = (words: readonly string[]) => words.every((word, i) => peek(i) === word)
  function skip(...words: string[]): boolean {
    const there = follows(words)
    if (there) next += words.length
    return there
  }
  return {
    peek,
    offset,
    fail,
    skip,
    take(what) {
      const word = peek() ?? fail('sentence_unfinished', `The sentence ends where ${what} should follow.`)
      next++
      return word
    },
    need(...words) {
      if (skip(...words)) return
      const found = peek()
      const wanted = `"${words.join(' ')}"`
      if (found === undefined) fail('sentence_unfinished', `The sentence ends where ${wanted} should follow.`)
      fail('word_unknown', `"${found}" stands where ${wanted} should be.`)
    },
    choose(what, phrases, code = 'word_unknown') {
      const longestFirst = [...phrases].sort((a, b) => b.length - a.length)
      const found = longestFirst.find((phrase) => skip(...phrase.split(' ')))
      if (found !== undefined) return found
      const word = peek()
      if (word === undefined) return fail('sentence_unfinished', `The sentence ends where ${what} should follow.`)
      return fail(code, `"${word}" is not ${what}: ${instead(word, phrases)}`)
    },
    finish() {
      const left = peek()
      if (left === ',') fail('word_unknown', `After "," nothing more can be said of this: leave it out.`)
      if (left !== undefined) fail('sentence_too_long', `The sentence should end before "${left}".`)
    },
  }
}

const units: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, day: 86_400_000, days: 86_400_000 }

/** A natural number or a fraction: `9`, `1.5`. */
export function numberIn(words: Words, what: string): number {
  const at = words.offset()
  const word = words.take(what)
  if (!/^\d+(\.\d+)?$/.test(word)) words.fail('number_wrong', `"${word}" is no number: write it in digits.`, at)
  return Number(word)
}

/** A whole number from 1. */
export function countIn(words: Words, what: string): number {
  const at = words.offset()
  const count = numberIn(words, what)
  if (!Number.isInteger(count) || count < 1) words.fail('number_wrong', `${what} is a whole number from 1.`, at)
  return count
}

/** A duration in ms: `5 min`, `1 h 30 min`, `1.5 h`, `3 days`. */
export function durationIn(words: Words): number {
  const at = words.offset()
  let total = 0
  do {
    const word = words.take('a duration, such as 5 min,')
    const unit = words.peek() ?? ''
    const size = units[unit]
    if (!/^\d+(\.\d+)?$/.test(word) || size === undefined)
      return words.fail(
        'duration_wrong',
        `"${word}${unit && unit !== ',' ? ` ${unit}` : ''}" is no duration: write it like 5 min, with ms, s, min, h or days.`,
        at,
      )
    words.take('a unit')
    total += Number(word) * size
  } while (/^\d/.test(words.peek() ?? '') && units[words.peek(1) ?? ''] !== undefined)
  if (total <= 0) words.fail('duration_wrong', 'A duration must be longer than nothing.', at)
  return total
}

/** A share in percent: `0 %`. */
export function percentIn(words: Words): number {
  const at = words.offset()
  const percent = numberIn(words, 'a percentage, such as 20 %')
  words.need('%')
  if (percent > 100) words.fail('number_wrong', `${percent} % is more than there can be: write 0 to 100 %.`, at)
  return percent
}
