import { z } from 'zod'
import { limits } from '../../domain/limits.ts'
import { shareOf, spreadOf } from '../../domain/spread.ts'
import type { FigureRow } from '../../store/figures.ts'

const count = z.number().int()
const length = z.number().int().nullable()

export const Spread = z.object({
  n: count.describe('of how many'),
  median_ms: length.describe('null of none'),
  p90_ms: length.describe('nine of ten took no longer'),
  longest_ms: length,
})

/** How tickets were answered. Those that came late or are about Vigil itself ring nobody in need and are not among them. */
export const Answering = z.object({
  tickets: count.describe('opened in this time; neither late nor about Vigil itself'),
  answer: Spread.describe('from the first signal at the front door to the first answer by a person'),
  in_time: count.describe('answered within 60 s'),
  in_time_of: count.describe('answered, or waiting for longer than that already'),
  in_time_share: z.number().nullable().describe('0 to 1; null of none'),
  unanswered: count.describe('nobody has answered yet'),
  alarmed_again: count.describe('nobody answered in time, so the consoles alarmed again'),
  escalated: count.describe('their plan went beyond its first step'),
  lapsed: count.describe('whoever had it went silent, so it alarmed again'),
})

/** Whether a ticket called for somebody in need: see `Answering`. */
export const isAlarm = ({ late, kind }: Pick<FigureRow, 'late' | 'kind'>): boolean => late === 0 && kind !== 'system'

/** When its first signal was at the front door, epoch ms. */
export const receivedAt = ({ received_at, opened_at }: Pick<FigureRow, 'received_at' | 'opened_at'>): number =>
  Math.min(received_at ?? opened_at, opened_at)

/** How long after that something was; a clock that was set back between makes it nothing, not less. */
export const lengthTo = (row: FigureRow, at: number): number => Math.max(0, at - receivedAt(row))

/** Counts how tickets were answered, one after the other. `now` (epoch ms): until when those without an answer have waited. */
export function countAnswers(now: number) {
  const lengths: number[] = []
  const seen = { tickets: 0, tooLate: 0, unanswered: 0, alarmedAgain: 0, escalated: 0, lapsed: 0 }
  return {
    take(row: FigureRow): void {
      if (!isAlarm(row)) return
      seen.tickets += 1
      if (row.acknowledged_at !== null) lengths.push(lengthTo(row, row.acknowledged_at))
      else {
        seen.unanswered += 1
        if (lengthTo(row, now) > limits.answerWithinMs) seen.tooLate += 1
      }
      if (row.unanswered > 0) seen.alarmedAgain += 1
      if (row.lapsed > 0) seen.lapsed += 1
      if (row.plan_step > 1 || row.plan_round > 0) seen.escalated += 1
    },
    lengths: (): readonly number[] => lengths,
    told(): z.infer<typeof Answering> {
      const inTime = lengths.filter((length) => length <= limits.answerWithinMs).length
      const of = lengths.length + seen.tooLate
      return {
        tickets: seen.tickets,
        answer: spreadOf(lengths),
        in_time: inTime,
        in_time_of: of,
        in_time_share: shareOf(inTime, of),
        unanswered: seen.unanswered,
        alarmed_again: seen.alarmedAgain,
        escalated: seen.escalated,
        lapsed: seen.lapsed,
      }
    },
  }
}
