/** What can be wrong with a scenario file; stable, so that programs can tell mistakes apart. */
export type MistakeCode =
  | 'yaml_broken'
  | 'key_unknown'
  | 'key_missing'
  | 'value_wrong'
  | 'word_unknown'
  | 'time_missing'
  | 'time_wrong'
  | 'time_order'
  | 'duration_wrong'
  | 'number_wrong'
  | 'room_unknown'
  | 'device_unknown'
  | 'device_ambiguous'
  | 'device_unfit'
  | 'home_unknown'
  | 'home_missing'
  | 'resident_unknown'
  | 'sentence_unfinished'
  | 'sentence_too_long'
  | 'expectation_missing'
  | 'not_possible'

/** A mistake in a file. `line` and `column` count from 1; `text` is one sentence that says what would be right. */
export type Mistake = { file: string; line: number; column: number; code: MistakeCode; text: string }

export const mistakeLine = ({ file, line, column, code, text }: Mistake): string =>
  `${file}:${line}:${column}: ${text} (${code})`

/** A mistake found while reading; `at` is the offset in the text that is being read. */
export class Mistaken extends Error {
  readonly code: MistakeCode
  readonly at: number
  constructor(code: MistakeCode, at: number, text: string) {
    super(text)
    this.code = code
    this.at = at
  }
}

/** How many letters must be changed, added or taken away to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The option that was probably meant: at most a third of its letters, and two at least, are different. */
export function nearest(word: string, options: readonly string[]): string | undefined {
  const scored = options.map((option) => ({ option, off: distance(word.toLowerCase(), option.toLowerCase()) }))
  const [best] = scored.sort((a, b) => a.off - b.off)
  return best && best.off <= Math.max(2, best.option.length / 3) && best.off < best.option.length
    ? best.option
    : undefined
}

/** `; did you mean bathroom?`, or what there is. For the end of a sentence about an unknown word. */
export function instead(word: string, options: readonly string[]): string {
  const meant = nearest(word, options)
  if (meant) return `did you mean ${meant}?`
  return options.length > 0 ? `there is ${options.join(', ')}.` : 'there is none.'
}
