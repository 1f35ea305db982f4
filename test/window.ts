import type { Centre } from './centre.ts'
import type { Matcher, Seen, Span } from './sightings.ts'

/** A span of a night. Rejects with the story where it is not as expected. */
export type Window = {
  /** Lets time pass until the matcher holds; fails at the end of the span. */
  expect(matcher: Matcher): Promise<void>
  /** Lets time pass to the end of the span; fails as soon as the matcher holds. */
  expectNone(matcher: Matcher): Promise<void>
  /** Lets time pass to the end of the span; then it must have been seen exactly so often. */
  expectExactly(times: number, matcher: Matcher): Promise<void>
}

/** `words`: the span as the story names it. */
export type WindowOptions = {
  centre: Centre
  look(): Promise<Seen>
  story(): Promise<string>
  span: Span
  words: string
}

/** One look is that long before the end: what it reads is of the span, though reading takes some time. */
const lastLookMs = 1_000

export function windowOf({ centre, look, story, span, words }: WindowOptions): Window {
  /** Passes the span, or as much of it as it takes until more than `most` are seen. Gives how many were. */
  async function count(matcher: Matcher, most: number): Promise<number> {
    let seen = 0
    const isMore = async () => {
      seen = matcher.count(await look(), span)
      return seen > most
    }
    await centre.pass(span.from)
    const isOver = await centre.pass(Math.max(span.from, span.to - lastLookMs), isMore)
    if (!isOver) await centre.pass(span.to, isMore)
    return seen
  }
  async function failed(what: string): Promise<never> {
    throw new Error(`${words} ${what}:\n${await story()}`)
  }
  return {
    async expect(matcher) {
      if ((await count(matcher, 0)) === 0) await failed(`nothing was seen of ${matcher.words}`)
    },
    async expectNone(matcher) {
      if ((await count(matcher, 0)) > 0) await failed(`there should be no ${matcher.words}`)
    },
    async expectExactly(times, matcher) {
      const seen = await count(matcher, times)
      if (seen !== times) await failed(`${matcher.words} was expected ${times} times, and seen ${seen} times`)
    },
  }
}
