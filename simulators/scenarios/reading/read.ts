import { isMap, type Node } from 'yaml'
import type { HomePlan } from '../../home/home.ts'
import { homesIn, type KnownModels, wholeIn } from './homes.ts'
import type { Mistake } from './mistake.ts'
import type { Scenario, Step } from './scenario.ts'
import { readSentence } from './sentence.ts'
import { type Entry, entriesOf, itemsOf, openSheet, type Sheet, sentenceAt, textIn } from './sheet.ts'
import { startOf } from './times.ts'

const keys = ['name', 'story', 'seed', 'start', 'homes', 'script']
const needed = ['name', 'story', 'start', 'homes', 'script']

export type ReadOptions = {
  /** How the file is called in mistakes. */
  file: string
  models: KnownModels
  /** Instead of the file's own. */
  seed?: number
}

/** Reads a scenario file; gives all mistakes instead where it has any. */
export function readScenario(text: string, options: ReadOptions): { scenario: Scenario } | { mistakes: Mistake[] } {
  const sheet = openSheet(options.file, text)
  if (sheet.mistakes.length > 0) return { mistakes: sheet.mistakes }
  const entries = entriesOf(sheet, sheet.root, 'A scenario', keys)
  for (const key of needed)
    if (isMap(sheet.root) && !entries.has(key)) sheet.wrong(0, 'key_missing', `The scenario has no "${key}".`)
  const scenario = scenarioOf(sheet, entries, options)
  return sheet.mistakes.length > 0 ? { mistakes: inOrder(sheet.mistakes) } : { scenario }
}

const inOrder = (mistakes: Mistake[]): Mistake[] => mistakes.sort((a, b) => a.line - b.line || a.column - b.column)

function scenarioOf(sheet: Sheet, entries: Map<string, Entry>, { file, models, seed: told }: ReadOptions): Scenario {
  const seed = told ?? wholeIn(sheet, entries.get('seed'), 'seed') ?? 1
  const start = startIn(sheet, entries.get('start'))
  const homes = entries.has('homes')
    ? homesIn(sheet, entries.get('homes')?.value ?? null, { models, seed })
    : new Map<string, HomePlan>()
  const script = entries.get('script')
  const known = homes.size > 0 && script
  const steps = known ? stepsIn(sheet, itemsOf(sheet, script.value, 'script'), { homes, models }, start) : []
  if (known && sheet.mistakes.length === 0 && !steps.some(({ does }) => does === 'expects'))
    sheet.wrong(
      script.key,
      'expectation_missing',
      'The script expects nothing, so it can prove nothing: add "expect …".',
    )
  const name = textIn(sheet, entries.get('name'), 'name') ?? ''
  const story = storyIn(sheet, entries.get('story'))
  const end = endOf(start, steps)
  return { name, story, file, seed, start, end, homes, steps: settled(steps, end) }
}

/** Prose over any number of lines, as one. */
const storyIn = (sheet: Sheet, entry: Entry | undefined): string =>
  (textIn(sheet, entry, 'story') ?? '').replaceAll(/\s+/g, ' ')

function startIn(sheet: Sheet, entry: Entry | undefined): number {
  const text = textIn(sheet, entry, 'start')
  const start = text === undefined ? 0 : startOf(text)
  if (start !== undefined) return start
  sheet.wrong(entry?.value ?? 0, 'time_wrong', `"${text}" is no start: write 22:00 or 2026-03-02 22:00.`)
  return 0
}

function stepsIn(
  sheet: Sheet,
  nodes: Node[],
  names: { homes: Map<string, HomePlan>; models: KnownModels },
  start: number,
) {
  const steps: Step[] = []
  let last = start
  for (const node of nodes) {
    const { text, at } = sentenceAt(sheet, node)
    const said = sheet.attempt(at, () => readSentence(text, names, { start, last }))
    if (!said) continue
    last = said.at
    steps.push({ ...said, text: text.replaceAll(/\s+/g, ' '), ...sheet.placeOf(at) } as Step)
  }
  return steps
}

/** A run goes on this long after the last step, so that something can still follow it. */
const afterwards = 60_000

/** When the last deadline is over and everything that was said to last has ended. Somebody may lie on after that. */
function endOf(start: number, steps: readonly Step[]): number {
  const ends = steps.map((step) => {
    if (step.does === 'expects' && Number.isFinite(step.expectation.until)) return step.expectation.until
    if (step.does === 'system') return step.at + step.downFor + afterwards
    return step.at + lastingOf(step) + afterwards
  })
  return Math.max(start, ...ends)
}

function lastingOf(step: Step): number {
  if (step.does !== 'happens') return 0
  if ('lasts' in step.event) return step.event.lasts
  return 'times' in step.event ? step.event.times * step.event.every : 0
}

/**
 * Puts instants to open ends: what is counted or must still be so is looked at just before the next step; what must
 * not happen must not happen until the end.
 */
function settled(steps: readonly Step[], end: number): Step[] {
  return steps.map((step) => {
    if (step.does !== 'expects' || Number.isFinite(step.expectation.until)) return step
    const isState = step.expectation.what === 'count' || step.expectation.what === 'still'
    const next = isState ? steps.find(({ at }) => at > step.at)?.at : undefined
    return { ...step, expectation: { ...step.expectation, until: next ?? end } }
  })
}
