import type { Trial } from '../impacts/trials.ts'
import { quantile } from '../statistics.ts'

/** What a judge said of one trial: its strongest impact, and how many times it would have raised an alarm. */
export type Verdict = {
  trial: Pick<Trial, 'id' | 'person' | 'act' | 'isFall' | 'isElder' | 'span'> & { seconds: number }
  isAlarm: boolean
  alarms: number
  /** Seconds into the trial at which the first alarm stood. */
  decidedAt?: number
}

export type Score = {
  falls: number
  found: number
  daily: number
  false_alarms: number
  hours: number
  alarms: number
  elders: { trials: number; false_alarms: number; hours: number; alarms: number }
  sensitivity: number
  precision: number
  f1: number
  alarms_an_hour: number
  /** Median seconds from the marked start of a fall to the decision, and of how many falls. */
  delay: number
  delays: number
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

const dailyFigures = (verdicts: readonly Verdict[]) => ({
  trials: verdicts.length,
  false_alarms: verdicts.filter(({ isAlarm }) => isAlarm).length,
  hours: sum(verdicts.map(({ trial }) => trial.seconds)) / 3_600,
  alarms: sum(verdicts.map(({ alarms }) => alarms)),
})

function delaysOf(found: readonly Verdict[]): number[] {
  return found.flatMap(({ trial: { span }, decidedAt }) =>
    span && decidedAt !== undefined ? [decidedAt - span[0]] : [],
  )
}

/** Counts a set: a trial with an alarm counts once; the alarms of daily life are counted one by one besides. */
export function scoreOf(verdicts: readonly Verdict[]): Score {
  const falls = verdicts.filter(({ trial }) => trial.isFall)
  const found = falls.filter(({ isAlarm }) => isAlarm)
  const everyday = verdicts.filter(({ trial }) => !trial.isFall)
  const daily = dailyFigures(everyday)
  const wrong = daily.false_alarms
  const delays = delaysOf(found)
  return {
    falls: falls.length,
    found: found.length,
    daily: daily.trials,
    false_alarms: wrong,
    hours: daily.hours,
    alarms: daily.alarms,
    elders: dailyFigures(everyday.filter(({ trial }) => trial.isElder)),
    sensitivity: found.length / falls.length,
    precision: found.length / (found.length + wrong),
    f1: (2 * found.length) / (falls.length + found.length + wrong),
    alarms_an_hour: daily.alarms / daily.hours,
    delay: quantile(delays, 0.5),
    delays: delays.length,
  }
}

const three = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : 'none')

const columns = [
  ['sensitivity', ({ sensitivity, found, falls }: Score) => `${three(sensitivity)} (${found} of ${falls})`],
  [
    'precision',
    ({ precision, found, false_alarms }: Score) => `${three(precision)} (${found} of ${found + false_alarms})`,
  ],
  ['F1', ({ f1 }: Score) => three(f1)],
  ['daily life with an alarm', ({ false_alarms, daily }: Score) => `${false_alarms} of ${daily} trials`],
  [
    'false alarms an hour',
    ({ alarms_an_hour, alarms, hours }: Score) => `${alarms_an_hour.toFixed(2)} (${alarms} in ${hours.toFixed(2)} h)`,
  ],
  [
    'elders',
    ({ elders }: Score) =>
      `${elders.alarms} in ${elders.hours.toFixed(2)} h (${elders.false_alarms} of ${elders.trials} trials)`,
  ],
  ['delay', ({ delay, delays }: Score) => (delays > 0 ? `${delay.toFixed(2)} s (${delays})` : 'not known')],
] as const

/** Scores as a Markdown table, one named row each. */
export function tableOf(rows: readonly (readonly [name: string, score: Score])[]): string {
  return [
    `| | ${columns.map(([name]) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    ...rows.map(([name, score]) => `| ${name} | ${columns.map(([, cell]) => cell(score)).join(' | ')} |`),
  ].join('\n')
}
