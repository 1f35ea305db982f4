import { existsSync } from 'node:fs'
import { gridOf, gridRate } from '../../alerts/detectors/fall/grid.ts'
import { candidatesOf, shipped } from '../../alerts/detectors/fall/judge.ts'
import { placeOf } from '../../alerts/detectors/fall/place.ts'
import type { Trial } from '../impacts/trials.ts'
import { folderOf, missing } from '../shared_data.ts'
import { ablations } from './ablation.ts'
import { type Judged, judgedApart, keyOf } from './apart.ts'
import { type Corpus, corpusOf, isLearned, personsOf, type Say, setsIn } from './corpus.ts'
import { labelOf, type Recorded } from './examples.ts'
import { learn } from './learn.ts'
import { betas, type Scored, scored, thresholdOf, verdictOf } from './loso.ts'
import { plainRule } from './plain_rule.ts'
import { type Score, scoreOf, tableOf } from './score.ts'
import { settings, ship } from './ship.ts'
import { asRecorded, cheapWatch, evenRate } from './variants.ts'

/** `npm run bench -- falls`: how good the fall detector is, on people that it has not learned from. */

export type FallsOptions = { data?: string; train: boolean; ablation: boolean }

/** What is printed, and what `--json` writes. */
export type FallsReport = { lines: string[]; scores: Record<string, Score> }

const title = (set: string, trials: readonly Trial[]): string => {
  const persons = personsOf(trials).length
  const rates = trials.map(({ rate_hz }) => rate_hz)
  const rate = [...new Set([Math.min(...rates), Math.max(...rates)].map((value) => value.toFixed(0)))].join(' to ')
  return `### ${set}: ${trials.length} trials of ${persons} people, ${rate} Hz, ±${trials[0]?.range_g} g`
}

const plainScore = (trials: readonly Trial[], set: string): Score =>
  scoreOf(trials.map((trial) => ({ trial: labelOf(set, trial), ...plainRule(trial) })))

/** What is shipped for a sensor that is worn there. */
const modelFor = ({ placement }: { placement: string }) => shipped.places[placeOf(placement)]

/** A set as the shipped model judges it. */
function judgedAsShipped({ set, trials }: Recorded): Scored[] {
  return trials.map((trial) => {
    const candidates = candidatesOf(gridOf(trial), modelFor(trial))
    return {
      label: labelOf(set, trial),
      impacts: candidates.map(({ impact, logOdds }) => ({ at: impact / gridRate, logOdds })),
    }
  })
}

/** Scores any set in the packed format with the shipped model; nothing is learned. */
async function scoreShipped(folder: string): Promise<FallsReport> {
  const sets = await setsIn(folder)
  if (sets.length === 0)
    throw new Error(`No set is in ${folder}: give a folder with index.json and acc.bin.br, or one of such folders.`)
  const report: FallsReport = { lines: ['Scored with the shipped model; nothing was learned.'], scores: {} }
  for (const recorded of sets) {
    const judged = judgedAsShipped(recorded)
    const rows: [string, Score][] = [['plain rule', plainScore(recorded.trials, recorded.set)]]
    for (const setting of settings) {
      const verdicts = judged.map((trial) => verdictOf(trial, modelFor(trial.label).thresholds[setting]))
      rows.push([setting, scoreOf(verdicts)])
    }
    for (const [name, score] of rows) report.scores[`${recorded.set}, ${name}`] = score
    report.lines.push('', title(recorded.set, recorded.trials), '', tableOf(rows))
  }
  return report
}

/** The threshold for one person, chosen from the others. */
function verdictsApart(judged: readonly Scored[], beta: number): Score {
  const byPerson = Map.groupBy(judged, ({ label }) => label.person)
  const verdicts = [...byPerson].flatMap(([person, own]) => {
    const threshold = thresholdOf(
      judged.filter(({ label }) => label.person !== person),
      beta,
    )
    return own.map((trial) => verdictOf(trial, threshold))
  })
  return scoreOf(verdicts)
}

function rowsOf({ set, trials }: Recorded, judged: Judged): [string, Score][] {
  const of = (variant: string, isTold = true): Scored[] => judged.get(keyOf(set, variant, isTold)) ?? []
  const rows: [string, Score][] = [['plain rule', plainScore(trials, set)]]
  for (const setting of settings) rows.push([setting, verdictsApart(of(asRecorded.name), betas[setting])])
  for (const { name } of [evenRate, cheapWatch])
    rows.push([`balanced, ${name}`, verdictsApart(of(name), betas.balanced)])
  rows.push(['balanced, not told where it is worn', verdictsApart(of(asRecorded.name, false), betas.balanced)])
  return rows
}

/** What a model of one set alone makes of the other: other people, another sensor, worn elsewhere. */
function crossed({ sets, examples }: Corpus): [string, Score][] {
  return sets.flatMap(({ set, trials }): [string, Score][] => {
    const others = sets.filter((other) => other.set !== set).flatMap((other) => examples.get(other.set)!)
    if (others.length === 0) return []
    const own = examples.get(set)!.filter(({ variant }) => variant === asRecorded.name)
    const labels = trials.map((trial) => labelOf(set, trial))
    const judged = scored(labels, own, learn(others.filter(isLearned)))
    const threshold = thresholdOf(judged, betas.balanced)
    return [
      [`${set}, even odds`, scoreOf(judged.map((trial) => verdictOf(trial, 0)))],
      [`${set}, the best threshold there is`, scoreOf(judged.map((trial) => verdictOf(trial, threshold)))],
    ]
  })
}

async function learnAndScore({ train, ablation }: FallsOptions, say: Say): Promise<FallsReport> {
  const corpus = corpusOf(await setsIn(folderOf('falls')), say)
  const judged = judgedApart(corpus, say)
  const report: FallsReport = { lines: ['Leave one subject out: nobody was learned from who is scored.'], scores: {} }
  const take = (heading: string, rows: [string, Score][]): void => {
    for (const [name, score] of rows) report.scores[`${heading}, ${name}`] = score
  }
  for (const recorded of corpus.sets) {
    const rows = rowsOf(recorded, judged)
    take(recorded.set, rows)
    report.lines.push('', title(recorded.set, recorded.trials), '', tableOf(rows))
  }
  const rows = crossed(corpus)
  take('crossed', rows)
  report.lines.push('', '### From one set to the other', '', tableOf(rows))
  if (ablation)
    report.lines.push('', '### What each part of the variation bought', '', tableOf(ablations(corpus.sets, say)))
  if (train) report.lines.push('', `Learned from all of them: ${await ship(corpus, judged)}`)
  return report
}

/** Runs the bench. Where the recordings are absent the report is the line that says so. */
export async function scoreFalls(options: FallsOptions, say: Say): Promise<FallsReport> {
  if (options.data) return scoreShipped(options.data)
  if (!existsSync(folderOf('falls'))) return { lines: [`skipped: ${missing('falls')}`], scores: {} }
  return learnAndScore(options, say)
}
