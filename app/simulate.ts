import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.ts'
import { runDemo } from '../simulators/demo.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'
import { untilStopped } from './house.ts'
import { findRunning, reachable } from './runtime.ts'
import { knownAdminToken } from './secrets.ts'

export type SimulateOptions = { mqtt?: string; http?: string; seed: number }

/** `vigil simulate`: the demo homes live against a running Vigil, over MQTT and HTTP like any device and program. */
export async function simulate(config: Config, options: SimulateOptions): Promise<void> {
  process.title = 'vigil simulate'
  const addresses = await addressesOf(config, options)
  const adminToken = await knownAdminToken(config)
  await mkdir(config.data, { recursive: true })
  await runDemo({
    ...addresses,
    adminToken,
    statePath: join(config.data, 'demo.json'),
    seed: options.seed,
    clock: systemClock,
    signal: untilStopped(),
    log: (line) => void process.stdout.write(`${line}\n`),
  })
}

/** Where to send: as told, or where the Vigil of this data folder listens. */
async function addressesOf(
  config: Config,
  { mqtt, http }: SimulateOptions,
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
