import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { queryMs, readSeries } from './influx_read.ts'
import { connectInflux, type InfluxOptions } from './influx_server.ts'
import { writePoints } from './influx_write.ts'
import type { Telemetry } from './telemetry.ts'

/**
 * Telemetry in InfluxDB 1.x, 2.x or 3.x. Opening asks nothing of the server, so that ingest starts while it is away.
 * How long points are kept is the database's own retention policy.
 */
export function openInflux(options: InfluxOptions & { clock: Clock; log: Logger }): Telemetry {
  const { clock, log } = options
  const server = connectInflux(options)
  const closing = new AbortController()
  return {
    write: (points, signal) => writePoints({ server, clock, log, signal }, points),
    async read(query) {
      const own = new AbortController()
      const cancel = clock.after(queryMs, () => own.abort())
      try {
        return await readSeries(server, query, AbortSignal.any([own.signal, closing.signal]))
      } catch (cause) {
        if (cause instanceof VigilError) throw cause
        log.warn({ err: cause }, 'InfluxDB did not answer a query')
        throw new VigilError('telemetry_unreachable', undefined, { cause })
      } finally {
        cancel()
      }
    },
    async trim() {},
    async close() {
      closing.abort()
    },
  }
}
