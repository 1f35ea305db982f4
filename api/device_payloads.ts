import { z } from 'zod'
import { answerResults } from '../domain/commands.ts'
import { limits } from '../domain/limits.ts'
import { metrics } from '../domain/metrics.ts'
import { signals } from '../domain/signals.ts'

/** What devices publish, for the OpenAPI document only: the codecs decide what is readable, and are kinder than this. */

const at = z
  .union([z.iso.datetime({ offset: true }), z.number()])
  .optional()
  .describe('ISO 8601 with zone, or epoch milliseconds; absent: the time of receipt')

const oneOrMany = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).max(limits.batchEntries)])

const Position = z.object({
  lat: z.number(),
  lon: z.number(),
  accuracy_m: z.number().optional(),
  datum: z.enum(['WGS84', 'GCJ02', 'BD09']).optional(),
})

export const Readings = oneOrMany(
  z.looseObject({
    at,
    seq: z.number().int().optional(),
    readings: z
      .record(z.string(), z.number())
      .describe(`values by metric, each in the unit that the metric fixes: ${Object.keys(metrics).join(', ')}`),
  }),
).describe('One or many; a SenML pack (RFC 8428) is taken too')

export const Signals = oneOrMany(
  z.looseObject({
    at,
    signal: z.string().describe(`one of ${Object.keys(signals).join(', ')}`),
    confidence: z.number().min(0).max(1).optional(),
    position: Position.optional(),
    test: z.boolean().optional().describe('a drill'),
  }),
)

export const Motions = oneOrMany(
  z.looseObject({
    at,
    rate_hz: z.number(),
    range_g: z.number().optional(),
    placement: z.string().optional(),
    unit: z.enum(['g']).optional(),
    x: z.array(z.number()),
    y: z.array(z.number()),
    z: z.array(z.number()),
  }),
)

export const Answers = oneOrMany(
  z.looseObject({
    at,
    command: z.string().describe('the id of the command'),
    result: z.enum(answerResults),
    detail: z.string().optional(),
  }),
)
