import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.ts'
import { runDemo } from '../simulators/demo/demo.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'
import { untilStopped } from './house.ts'
import { findRunning, reachable } from './runtime.ts'
import { knownAdminToken } from './secrets.ts'

export type SimulateOptions = {
  mqtt?: string
  http?: string
  seed: number
  /** File for what really happens; see simulators/truth.ts. */
  truth?: string
}

/** `vigil simulate`: the demo homes live against a running Vigil, over MQTT and HTTP like any device and program. */
export async function simulate(config: Config, options: SimulateOptions): Promise<void> {
  process.title = 'vigil simulate'
  const addresses = await addressesOf(config, options)
  const adminToken = await knownAdminToken(config)
  await mkdir(config.data, { recursive: true })
  const truth = options.truth === undefined ? undefined : openLines(options.truth)
  const signal = untilStopped()
  await runDemo({
    ...addresses,
    adminToken,
    statePath: join(config.data, 'demo.json'),
    seed: options.seed,
    clock: systemClock,
    signal,
    log: (line) => void process.stdout.write(`${line}\n`),
    ...(truth && { truth: truth.write }),
  }).catch((error: NodeJS.ErrnoException) => {
    // What the simulators say is meant for people; what the machine says has its mend in fault.ts.
    throw error.code === undefined ? new Fault(error.message, { cause: error }) : error
  })
  truth?.close()
}

/** A file that takes lines; each is there at once, so that it can be followed and a kill costs none. */
function openLines(path: string): { write(line: string): void; close(): void } {
  try {
    const file = openSync(path, 'w')
    return { write: (line) => void writeSync(file, `${line}\n`), close: () => closeSync(file) }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new Fault(`${path} cannot be written (${code}): give --truth a file in a folder that is there.`)
  }
}

/** Where to send: as told, or where the Vigil of this data folder listens. */
export async function addressesOf(
  config: Config,
  { mqtt, http }: { mqtt?: string; http?: string },
): Promise<{ mqttUrl: string; httpUrl: string }> {
  if (mqtt && http) return { mqttUrl: mqtt, httpUrl: http }
  const [broker, api] = await Promise.all([findRunning(config.data, 'broker'), findRunning(config.data, 'api')])
  if (!broker?.ports.mqtt || !api?.ports.http)
    throw new Fault(`No Vigil runs with the data folder ${config.data}: run npm start, or give --mqtt and --http.`)
  return {
    mqttUrl: mqtt ?? `mqtt://${reachable(broker.host)}:${broker.ports.mqtt}`,
    httpUrl: http ?? `http://${reachable(api.host)}:${api.ports.http}`,
  }
}
