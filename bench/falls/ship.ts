import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { figureNames } from '../../alerts/detectors/fall/features.ts'
import type { Parameters, Setting } from '../../alerts/detectors/fall/judge.ts'
import type { Place } from '../../alerts/detectors/fall/place.ts'
import { isWornAs, type Judged, keyOf } from './apart.ts'
import { all, type Corpus, isLearned, placeIn } from './corpus.ts'
import type { Recorded } from './examples.ts'
import { learn } from './learn.ts'
import { betas, type Scored, thresholdOf } from './loso.ts'
import { asRecorded, evenRate } from './variants.ts'

const parametersFile = fileURLToPath(new URL('../../alerts/detectors/fall/parameters.json', import.meta.url))

const places: readonly Place[] = ['wrist', 'trunk', 'unknown']
export const settings = Object.keys(betas) as Setting[]

/** The thresholds that are shipped: chosen on what models said of people they did not know. */
function thresholdsOf(sets: readonly Recorded[], judged: Judged): Record<Place, Record<Setting, number>> {
  const of = (place: Place, isTold: boolean): Scored[] =>
    sets
      .filter(({ trials }) => !isTold || placeIn(trials) === place)
      .flatMap(({ set }) => [asRecorded, evenRate].flatMap(({ name }) => judged.get(keyOf(set, name, isTold)) ?? []))
  const each = (trials: Scored[]) =>
    Object.fromEntries(settings.map((setting) => [setting, thresholdOf(trials, betas[setting])])) as Record<
      Setting,
      number
    >
  return { wrist: each(of('wrist', true)), trunk: each(of('trunk', true)), unknown: each(of('unknown', false)) }
}

/** Learns the models that are shipped from everybody, and writes them; returns where. */
export async function ship(corpus: Corpus, judged: Judged): Promise<string> {
  const learned = all(corpus).filter(isLearned)
  const thresholds = thresholdsOf(corpus.sets, judged)
  const models = places.map((place) => {
    const model = learn(place === 'unknown' ? learned : learned.filter((example) => isWornAs(place, example)))
    return [place, { thresholds: thresholds[place], ...model }] as const
  })
  await writeFile(
    parametersFile,
    textOf({ figures: [...figureNames], places: Object.fromEntries(models) } as Parameters),
  )
  return parametersFile
}

/** One tree a line, so that a change of the model can be read. */
export function textOf({ figures, places: models }: Parameters): string {
  const each = Object.entries(models).map(([place, { thresholds, base, trees }]) => {
    const lines = trees.map((tree) => `    ${JSON.stringify(tree)}`).join(',\n')
    return `  "${place}": { "thresholds": ${JSON.stringify(thresholds)}, "base": ${base}, "trees": [\n${lines}\n  ] }`
  })
  return `{ "figures": ${JSON.stringify(figures)}, "places": {\n${each.join(',\n')}\n} }\n`
}
