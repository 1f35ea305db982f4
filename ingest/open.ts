import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { openEmbedded } from './embedded.ts'
import { openInflux } from './influx.ts'
import type { InfluxOptions } from './influx_server.ts'
import type { Telemetry } from './telemetry.ts'

export type TelemetryOptions = {
  /** InfluxDB, where INFLUX_URL is set. */
  influx?: InfluxOptions | undefined
  /** Folder of the embedded store, used where there is no InfluxDB. */
  data: string
  clock: Clock
  log: Logger
  /** For a process that only shows telemetry, while another one writes it. */
  readOnly?: boolean
}

/** Opens the telemetry database that the environment chose; nothing beyond this knows which it is. */
export async function openTelemetry({
  influx,
  data,
  clock,
  log,
  readOnly = false,
}: TelemetryOptions): Promise<Telemetry> {
  return influx ? openInflux({ ...influx, clock, log }) : openEmbedded({ data, clock, log, readOnly })
}
