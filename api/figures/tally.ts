import { hourOf, type SlotSize, slotOf, weekdayOf } from '../../domain/calendar.ts'
import { histogramOf, shareOf, spreadOf } from '../../domain/spread.ts'
import type { FigureRow } from '../../store/figures.ts'
import { countAnswers, isAlarm, lengthTo } from './answering.ts'
import { type AreaScope, byArea } from './areas.ts'

/** Counting the tickets of a report, one after the other. */

/** Up to how long answers took, ms; the last column is of those that took longer. */
export const histogramBounds = [15_000, 30_000, 60_000, 120_000, 300_000, 600_000] as const
/** Devices that are named among those with the most false alarms. */
const devicesMost = 20

/** Outcomes that say nothing of whether the alarm was right: `of` how many it could be said. */
const unjudged: readonly (string | null)[] = [null, 'test', 'duplicate']

/** Tickets, and how many of those whose outcome tells were false alarms. */
export type Quality = { n: number; falseAlarms: number; judged: number }
const noQuality = (): Quality => ({ n: 0, falseAlarms: 0, judged: 0 })

function addTo(quality: Quality, { outcome, state }: FigureRow): void {
  quality.n += 1
  if (state !== 'closed' || unjudged.includes(outcome)) return
  quality.judged += 1
  if (outcome === 'false_alarm') quality.falseAlarms += 1
}

export const qualityTold = ({ n, falseAlarms, judged }: Quality) => ({
  n,
  false_alarms: falseAlarms,
  judged,
  false_alarm_share: shareOf(falseAlarms, judged),
})

const milestones = ['contacted_at', 'dispatched_at', 'on_scene_at', 'closed_at'] as const
type Device = { device: string; model: string | null; quality: Quality }

/** `slots`: all names that there may be, so that one without tickets stands there with none. `wall`: see domain/calendar.ts. */
export type Counting = {
  scope: AreaScope
  wall: (at: number) => number
  by: SlotSize
  slots: readonly string[]
  now: number
}

/** What is counted by something else; each entry is made when the first ticket comes. */
function countedBy<K>() {
  const all = new Map<K, Quality>()
  return {
    all,
    add(key: K, row: FigureRow): void {
      const known = all.get(key) ?? noQuality()
      all.set(key, known)
      addTo(known, row)
    },
  }
}

/** Counts everything that a report tells. */
export function tally({ scope, wall, by, slots, now }: Counting) {
  const total = noQuality()
  const kinds = countedBy<FigureRow['kind']>()
  const severities = countedBy<FigureRow['severity']>()
  const outcomes = countedBy<FigureRow['outcome']>()
  const models = countedBy<string | null>()
  const areas = byArea(scope, noQuality)
  const devices = new Map<string, Device>()
  const answers = countAnswers(now)
  const lengths = {
    contacted_at: [] as number[],
    dispatched_at: [] as number[],
    on_scene_at: [] as number[],
    closed_at: [] as number[],
  }
  const bySlot = new Map(slots.map((slot) => [slot, { quality: noQuality(), answers: countAnswers(now) }]))
  const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))
  let late = 0

  function take(row: FigureRow): void {
    addTo(total, row)
    kinds.add(row.kind, row)
    severities.add(row.severity, row)
    outcomes.add(row.outcome, row)
    addTo(areas.of(row.area_path), row)
    takeDevice(row)
    takeTimes(row)
    late += row.late === 0 ? 0 : 1
  }

  function takeDevice(row: FigureRow): void {
    if (row.device === null) return
    models.add(row.model, row)
    const known = devices.get(row.device) ?? { device: row.device, model: row.model, quality: noQuality() }
    devices.set(row.device, known)
    addTo(known.quality, row)
  }

  function takeTimes(row: FigureRow): void {
    const at = wall(row.opened_at)
    const slot = bySlot.get(slotOf(at, by))
    if (slot) addTo(slot.quality, row)
    slot?.answers.take(row)
    const day = hours[weekdayOf(at)]
    if (day) day[hourOf(at)] = (day[hourOf(at)] ?? 0) + 1
    answers.take(row)
    if (!isAlarm(row)) return
    for (const milestone of milestones) {
      const then = row[milestone]
      if (then !== null) lengths[milestone].push(lengthTo(row, then))
    }
  }

  return {
    take,
    told: () => ({
      total: qualityTold(total),
      late,
      answering: answers.told(),
      times: {
        contact: spreadOf(lengths.contacted_at),
        dispatch: spreadOf(lengths.dispatched_at),
        on_scene: spreadOf(lengths.on_scene_at),
        close: spreadOf(lengths.closed_at),
      },
      histogram: histogramOf(answers.lengths(), histogramBounds).map((n, i) => ({
        up_to_s: i < histogramBounds.length ? (histogramBounds[i] ?? 0) / 1_000 : null,
        n,
      })),
      slots: [...bySlot].map(([slot, { quality, answers: of }]) => ({
        slot,
        ...qualityTold(quality),
        ...slotAnswers(of),
      })),
      kinds: listed(kinds.all, (kind) => ({ kind })),
      severities: listed(severities.all, (severity) => ({ severity })),
      outcomes: listed(outcomes.all, (outcome) => ({ outcome })).map(({ outcome, n }) => ({ outcome, n })),
      areas: areas.rows().map(({ counted, ...row }) => ({ ...row, ...qualityTold(counted) })),
      models: listed(models.all, (model) => ({ model })),
      devices: worst([...devices.values()]),
      hours,
    }),
  }
}

function slotAnswers(of: ReturnType<typeof countAnswers>) {
  const { answer, in_time, in_time_of, in_time_share, lapsed } = of.told()
  return { answered: answer.n, answer_median_ms: answer.median_ms, in_time, in_time_of, in_time_share, lapsed }
}

/** Most first. */
const listed = <K, Name extends object>(all: Map<K, Quality>, name: (key: K) => Name) =>
  [...all].toSorted(([, a], [, b]) => b.n - a.n).map(([key, quality]) => ({ ...name(key), ...qualityTold(quality) }))

/** Those with the most false alarms. */
const worst = (devices: Device[]) =>
  devices
    .filter(({ quality }) => quality.falseAlarms > 0)
    .toSorted((a, b) => b.quality.falseAlarms - a.quality.falseAlarms || (a.device < b.device ? -1 : 1))
    .slice(0, devicesMost)
    .map(({ device, model, quality }) => ({ device, model, ...qualityTold(quality) }))
