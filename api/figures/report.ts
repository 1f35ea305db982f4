import { z } from 'zod'
import { slotSizes } from '../../domain/calendar.ts'
import { Id } from '../../domain/ids.ts'
import { severities, ticketKinds } from '../../domain/signals.ts'
import { type Outcome, outcomes } from '../../domain/ticket.ts'
import { Answering, Spread } from './answering.ts'

/** What a report tells. Every share comes with of how many it is; of nothing it is null, never zero. */

const count = z.number().int()
const share = z.number().nullable()

const Quality = z.object({
  n: count.describe('tickets'),
  false_alarms: count,
  judged: count.describe('closed with an outcome that tells whether it was one: not a test, not a duplicate'),
  false_alarm_share: share.describe('of those judged, 0 to 1'),
})

const Slot = Quality.extend({
  slot: z.string().describe('by the clock of `tz`: `2026-11-23T08:00`, `2026-11-23`, of a week its Monday, `2026-11`'),
  answered: count,
  answer_median_ms: count.nullable(),
  in_time: count,
  in_time_of: count,
  in_time_share: share,
  lapsed: count,
})

export const Report = z.object({
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  by: z.enum(slotSizes),
  area: z.object({ id: Id, name: z.string() }).nullable().describe('null: everything'),
  total: Quality,
  late: count.describe('of all: their evidence was from before, a drill, or not to be relied upon; they rang nobody'),
  answering: Answering,
  times: z
    .object({ contact: Spread, dispatch: Spread, on_scene: Spread, close: Spread })
    .describe('from the first signal to each step, of those that it was told of'),
  histogram: z.array(z.object({ up_to_s: count.nullable().describe('null: longer'), n: count })),
  slots: z.array(Slot),
  kinds: z.array(Quality.extend({ kind: z.enum(ticketKinds) })),
  severities: z.array(Quality.extend({ severity: z.enum(severities) })),
  outcomes: z.array(
    z.object({
      outcome: z
        .enum(Object.keys(outcomes) as [Outcome, ...Outcome[]])
        .nullable()
        .describe('null: not closed yet'),
      n: count,
    }),
  ),
  areas: z.array(
    Quality.extend({
      place: z.enum(['below', 'own', 'elsewhere']),
      id: Id.nullable(),
      name: z.string().nullable(),
    }),
  ),
  models: z.array(Quality.extend({ model: z.string().nullable() })).describe('of the device of the first signal'),
  devices: z
    .array(Quality.extend({ device: z.string(), model: z.string().nullable() }))
    .describe('those with the most false alarms, at most 20'),
  hours: z.array(z.array(count)).describe('tickets by weekday (Monday first) and hour of the day'),
})
export type Report = z.infer<typeof Report>
