import { Readable } from 'node:stream'
import { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { type MetricName, metrics } from '../domain/metrics.ts'
import type { Series } from '../ingest/telemetry.ts'
import { callerOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { instant } from './paging.ts'
import { devicesOfHome } from './scope.ts'

const dayMs = 24 * 3_600_000
/** Points turned into text in one go: about a millisecond of the event loop. */
const pointsAtOnce = 2_000

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: dayMs } as const

const Query = z.object({
  metric: z
    .enum(Object.keys(metrics) as [MetricName, ...MetricName[]])
    .optional()
    .describe('absent: all'),
  from: instant.optional().describe('ISO 8601 or epoch milliseconds, inclusive; absent: 24 h before `to`'),
  to: instant.optional().describe('ISO 8601 or epoch milliseconds, exclusive; absent: now'),
  every: z
    .string()
    .regex(/^[1-9]\d{0,5}[smhd]$/, 'a number and s, m, h or d, such as 1m')
    .transform((text) => Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs])
    .optional()
    .describe('means over buckets of this width, such as `1m`, `30s`, `1h`; absent: every point'),
})

const Answer = z.object({
  series: z.array(
    z.object({
      device: z.string(),
      metric: z.string(),
      unit: z.string().describe('UCUM'),
      points: z.array(z.tuple([z.string().describe('ISO 8601 UTC'), z.number()])),
    }),
  ),
})

/** `GET /homes/{id}/telemetry`: what the devices of a home measured, for charts. */
export function telemetryRoutes(app: Api, { store, telemetry, clock }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/homes/:id/telemetry',
    config: { may: 'read_telemetry' },
    schema: {
      summary: 'What the devices of a home measured',
      description: `One series a device and metric, points by time. At most ${limits.telemetryPoints} points a call.`,
      tags: ['telemetry'],
      params: z.object({ id: Id }),
      querystring: Query,
      response: answers({ 200: Answer }, ...withToken, 'not_found', 'too_many_points'),
    },
    handler: async (request, reply) => {
      const devices = await devicesOfHome(store.db, callerOf(request), request.params.id)
      const { metric, every, to = clock.now(), from = to - dayMs } = request.query
      if (from >= to) throw new VigilError('request_invalid', '`from` must be before `to`.')
      const asked = {
        devices,
        from,
        to,
        most: limits.telemetryPoints,
        ...(metric && { metric }),
        ...(every && { every }),
      }
      const series = devices.length > 0 ? await telemetry.read(asked) : []
      return reply.type('application/json; charset=utf-8').send(Readable.from(pieces(series)) as never)
    },
  })
}

/** The answer's JSON piece by piece: a million points at once would hold up everybody else for a second. */
function* pieces(series: Series[]): Generator<string> {
  yield '{"series":['
  for (const [i, { device, metric, unit, points }] of series.entries()) {
    yield `${i > 0 ? ',' : ''}${JSON.stringify({ device, metric, unit }).slice(0, -1)},"points":[`
    for (let at = 0; at < points.length; at += pointsAtOnce) {
      const some = points.slice(at, at + pointsAtOnce).map(([time, value]) => `["${isoTime(time)}",${value}]`)
      yield `${at > 0 ? ',' : ''}${some.join(',')}`
    }
    yield ']}'
  }
  yield ']}'
}
