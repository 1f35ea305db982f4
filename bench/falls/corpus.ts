import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Place, placeOf } from '../../alerts/detectors/fall/place.ts'
import { readTrials, type Trial } from '../impacts/trials.ts'
import { type Example, examplesOf, type Recorded } from './examples.ts'
import { learnedFrom, scoredAs } from './variants.ts'

export type Say = (line: string) => void
/** The sets in a folder: those below it, or itself. */
export async function setsIn(folder: string): Promise<Recorded[]> {
  const isSet = (path: string): boolean => existsSync(join(path, 'index.json'))
  const path = resolve(folder)
  const names = isSet(path) ? [basename(path)] : existsSync(path) ? (await readdir(path)).toSorted() : []
  const root = isSet(path) ? dirname(path) : path
  const sets: Recorded[] = []
  for (const set of names.filter((name) => isSet(join(root, name)))) {
    sets.push({ set, trials: await readTrials(root, set) })
  }
  return sets
}

/** The place of most of a set; its threshold is the one that counts. */
export function placeIn(trials: readonly { placement: string }[]): Place {
  const counts = Map.groupBy(trials, ({ placement }) => placeOf(placement))
  return [...counts].toSorted((a, b) => b[1].length - a[1].length)[0]?.[0] ?? 'unknown'
}

/** All that is known of the sets that are learned from: trials, and what each sensor would have felt of them. */
export type Corpus = { sets: Recorded[]; examples: Map<string, Example[]> }

export function corpusOf(sets: Recorded[], say: Say): Corpus {
  const variants = [...new Set([...scoredAs, ...learnedFrom])]
  const examples = new Map<string, Example[]>()
  for (const recorded of sets) {
    examples.set(recorded.set, examplesOf(recorded, variants))
    say(`${recorded.set}: ${examples.get(recorded.set)?.length} impacts`)
  }
  return { sets, examples }
}

export const isLearned = ({ variant }: Example): boolean => learnedFrom.some(({ name }) => name === variant)
/** What every sensor would have felt of every set. */
export const all = ({ examples }: Corpus): Example[] => [...examples.values()].flat()

export const personsOf = (trials: readonly Trial[]): string[] => [...new Set(trials.map(({ person }) => person))]
