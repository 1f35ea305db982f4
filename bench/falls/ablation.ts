import { type Example, examplesOf, labelOf, type Recorded } from './examples.ts'
import { learn } from './learn.ts'
import { type Scored, scored, thresholdOf, verdictOf } from './loso.ts'
import { type Score, scoreOf } from './score.ts'
import { asRecorded, cheapWatch, drawnVariants, evenRate } from './variants.ts'
import { type Part, parts } from './variation.ts'

/** People in so many groups, each scored by a model of the others: a fifth of the time of leaving out one by one. */
const groups = 5
/** Fewer drawn sensors than the shipped model learns from, for the same reason. */
const drawn = 2

const scoredAs = [asRecorded, evenRate, cheapWatch]

/** What models that learned from such sensors say of people they do not know, by the name of the sensor that is scored. */
function judged(recorded: Recorded, use: readonly Part[] | undefined): Map<string, Scored[]> {
  const learnedFrom = [evenRate, ...(use ? drawnVariants(drawn, use) : [])]
  const examples = examplesOf(recorded, [...new Set([...learnedFrom, ...scoredAs])])
  const persons = [...new Set(recorded.trials.map(({ person }) => person))]
  const found = new Map(scoredAs.map(({ name }) => [name, [] as Scored[]]))
  for (let n = 0; n < groups; n++) {
    const group = persons.filter((_, index) => index % groups === n)
    const isHeld = ({ person }: { person: string }): boolean => group.includes(person)
    const isLearned = ({ variant }: Example): boolean => learnedFrom.some(({ name }) => name === variant)
    const model = learn(examples.filter((example) => !isHeld(example.label) && isLearned(example)))
    const labels = recorded.trials.filter(isHeld).map((trial) => labelOf(recorded.set, trial))
    for (const [as, all] of found) {
      const own = examples.filter(({ label, variant }) => isHeld(label) && variant === as)
      all.push(...scored(labels, own, model))
    }
  }
  return found
}

/**
 * The wrist without one part of the variation after the other. The threshold is the same for both sensors, the best of
 * the recorded one: that is how a watch that nobody recorded is judged.
 */
export function ablations(sets: readonly Recorded[], say: (line: string) => void): [string, Score][] {
  const wrist = sets.filter(({ trials }) => trials[0]?.placement === 'wrist')
  const ways: [string, readonly Part[] | undefined][] = [
    ['everything', parts],
    ...parts.map((part): [string, Part[]] => [`without ${part}`, parts.filter((other) => other !== part)]),
    ['no variation', undefined],
  ]
  return wrist.flatMap((recorded) =>
    ways.flatMap(([name, use]): [string, Score][] => {
      say(`${recorded.set}: ${name}`)
      const found = judged(recorded, use)
      const threshold = thresholdOf(found.get(evenRate.name)!, 1)
      return [...found].map(([as, trials]) => [
        `${name}: ${as}`,
        scoreOf(trials.map((trial) => verdictOf(trial, threshold))),
      ])
    }),
  )
}
