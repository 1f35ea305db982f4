import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runDemo } from '../../../simulators/demo/demo.ts'
import type { Config } from '../../config.ts'
import { throwForPeople } from '../../fault.ts'
import { untilStopped } from '../../house.ts'
import { openClock } from '../../house_clock.ts'
import { knownAdminToken } from '../../secrets.ts'
import { addressesOf } from '../addresses.ts'
import { openLines } from '../files.ts'

export type DemoCommand = {
  mqtt?: string
  http?: string
  seed: number
  /** File for what really happens; see simulators/truth.ts. */
  truth?: string
}

/** `vigil simulate`: the demo homes live against a running Vigil, over MQTT and HTTP like any device and program. */
export async function simulateDemo(config: Config, options: DemoCommand): Promise<void> {
  process.title = 'vigil simulate'
  const addresses = await addressesOf(config, options)
  const adminToken = await knownAdminToken(config)
  await mkdir(config.data, { recursive: true })
  const truth = options.truth === undefined ? undefined : openLines('--truth', options.truth)
  const signal = untilStopped()
  await runDemo({
    ...addresses,
    adminToken,
    statePath: join(config.data, 'demo.json'),
    seed: options.seed,
    clock: openClock(config, 'simulate'),
    signal,
    log: (line) => void process.stdout.write(`${line}\n`),
    ...(truth && { truth: truth.write }),
  }).catch(throwForPeople)
  truth?.close()
}
