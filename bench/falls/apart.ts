import type { Model } from '../../alerts/detectors/fall/model.ts'
import { type Place, placeOf } from '../../alerts/detectors/fall/place.ts'
import { all, type Corpus, isLearned, personsOf, placeIn, type Say } from './corpus.ts'
import { type Example, labelOf, type Recorded } from './examples.ts'
import { leaveOut, type Scored, scored } from './loso.ts'
import { scoredAs } from './variants.ts'

/** Who is judged without being told where the sensor is worn is left out in so many groups: that model learns from all sets. */
const untoldGroups = 5

const groupsOf = (persons: readonly string[]): string[][] =>
  Array.from({ length: untoldGroups }, (_, n) => persons.filter((_, index) => index % untoldGroups === n))

/** Judged trials by set, sensor and whether the model was told where it is worn. */
export type Judged = Map<string, Scored[]>

/** What is judged of a set: by a model that has not seen these people. */
type Judging = { recorded: Recorded; corpus: Corpus; isTold: boolean; judged: Judged }

function judge(
  { recorded: { set, trials }, corpus, isTold, judged }: Judging,
  group: readonly string[],
  model: Model,
): void {
  const isHeld = ({ person }: { person: string }): boolean => group.includes(person)
  const labels = trials.filter(isHeld).map((trial) => labelOf(set, trial))
  const own = corpus.examples.get(set)!.filter(({ label }) => isHeld(label))
  for (const { name } of scoredAs) {
    const these = own.filter(({ variant }) => variant === name)
    const key = keyOf(set, name, isTold)
    judged.set(key, [...(judged.get(key) ?? []), ...scored(labels, these, model)])
  }
}

/** Every trial of every set, judged by a model that does not know its person: told where it is worn, and not told. */
export function judgedApart(corpus: Corpus, say: Say): Judged {
  const judged: Judged = new Map()
  for (const recorded of corpus.sets) {
    const persons = personsOf(recorded.trials)
    const learned = all(corpus).filter((example) => isLearned(example) && isWornAs(placeIn(recorded.trials), example))
    leaveOut(
      persons.map((person) => [person]),
      learned,
      (group, model) => {
        say(`${recorded.set}: ${group} judged by a model of the others`)
        judge({ recorded, corpus, isTold: true, judged }, group, model)
      },
    )
  }
  const everybody = corpus.sets.flatMap(({ trials }) => personsOf(trials))
  leaveOut(groupsOf(everybody), all(corpus).filter(isLearned), (group, model) => {
    say(`not told where it is worn: ${group.length} people judged by a model of the others`)
    for (const recorded of corpus.sets) judge({ recorded, corpus, isTold: false, judged }, group, model)
  })
  return judged
}

export const isWornAs = (place: Place, { label }: Example): boolean => placeOf(label.placement) === place

export const keyOf = (set: string, variant: string, isTold: boolean): string =>
  `${set}, ${variant}${isTold ? '' : ', untold'}`
