import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { instead, type Mistake, type MistakeCode, Mistaken } from './mistake.ts'

/** A YAML file being read: its tree, and what was found wrong so far. */
export type Sheet = {
  root: Node | null
  text: string
  mistakes: Mistake[]
  /** Line and column, from 1, of an offset in the file. */
  placeOf(offset: number): { line: number; column: number }
  /** Notes a mistake at an offset, or at the beginning of a node. */
  wrong(where: Node | number, code: MistakeCode, text: string): void
  /** Runs what may throw Mistaken and notes that; offsets in it count from `base`. */
  attempt<T>(base: number, work: () => T): T | undefined
}

/** A key with its value; `key` is the offset of the key. */
export type Entry = { name: string; key: number; value: Node | null }

const startOf = (node: Node | number): number => (typeof node === 'number' ? node : (node.range?.[0] ?? 0))

export function openSheet(file: string, text: string): Sheet {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const mistakes: Mistake[] = []
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const wrong = (where: Node | number, code: MistakeCode, why: string) =>
    void mistakes.push({ file, ...placeOf(startOf(where)), code, text: why })
  for (const error of document.errors)
    wrong(error.pos[0], 'yaml_broken', `The file is no YAML here: ${error.message.split('\n')[0]}`)
  return {
    root: document.errors.length > 0 ? null : document.contents,
    text,
    mistakes,
    placeOf,
    wrong,
    attempt(base, work) {
      try {
        return work()
      } catch (error) {
        if (!(error instanceof Mistaken)) throw error
        wrong(base + error.at, error.code, error.message)
        return undefined
      }
    },
  }
}

/** The entries of a map by name. Notes keys that nobody knows; `known` absent: any key. */
export function entriesOf(
  sheet: Sheet,
  node: Node | null,
  what: string,
  known?: readonly string[],
): Map<string, Entry> {
  if (!isMap(node)) {
    sheet.wrong(node ?? 0, 'value_wrong', `${what} must be keys with values, such as "name: …".`)
    return new Map()
  }
  const entries = (node as YAMLMap<Node, Node | null>).items.map(({ key, value }) => ({
    name: isScalar(key) ? String(key.value) : '',
    key: startOf(key),
    value,
  }))
  for (const { name, key } of entries)
    if (known && !known.includes(name))
      sheet.wrong(key, 'key_unknown', `${what} has no "${name}": ${instead(name, known)}`)
  return new Map(entries.map((entry) => [entry.name, entry]))
}

/** The items of a list. */
export function itemsOf(sheet: Sheet, node: Node | null, what: string): Node[] {
  if (isSeq(node)) return node.items as Node[]
  sheet.wrong(node ?? 0, 'value_wrong', `${what} must be a list, each item after "- ".`)
  return []
}

/** A value as text, as it is written; notes where it is none. */
export function textIn(sheet: Sheet, entry: Entry | undefined, what: string): string | undefined {
  if (!entry) return undefined
  const { value } = entry
  if (isScalar(value) && value.value !== null) return String(value.source ?? value.value).trim()
  sheet.wrong(value ?? entry.key, 'value_wrong', `${what} must be a text.`)
  return undefined
}

/**
 * A sentence as it stands in the file, with its offset. `at 03:12 in wang: fall` is a map for YAML, and a sentence for
 * people: what stands there is read, not what YAML makes of it.
 */
export function sentenceAt(sheet: Sheet, node: Node): { text: string; at: number } {
  const [from, to] = node.range ?? [0, 0]
  const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') ? 1 : 0
  return { text: sheet.text.slice(from + quoted, to - quoted).trimEnd(), at: from + quoted }
}
