import { join } from 'node:path'
import { systemClock } from '../domain/clock.ts'
import { seededRandom } from '../domain/random.ts'
import { demoHomes, demoRecords } from '../simulators/demo/demo_plan.ts'
import { openFleet } from '../simulators/links/fleet.ts'
import { openTokenBook, register } from '../simulators/registry/register.ts'
import { createWorld } from '../simulators/world/world.ts'
import { adminToken, type System } from './system.ts'

/** The demo's homes, alive before a running system; nothing happens in them but what the test lets happen. */
export type LivingHomes = {
  /** The resident presses the button of this device. */
  press(home: string, device: string): void
  close(): Promise<void>
}

const seed = 1
const tickMs = 50

export async function openLivingHomes(system: System): Promise<LivingHomes> {
  const leaving = new AbortController()
  const common = { httpUrl: system.url, adminToken, clock: systemClock, signal: leaving.signal }
  const registering = { ...common, statePath: join(system.data, 'homes.json') }
  const book = openTokenBook(registering, await register(registering, demoRecords))
  const fleet = openFleet({
    ...{ ...common, mqttUrl: `mqtt://127.0.0.1:${system.mqttPort}`, homes: demoHomes, token: book.tokenOf },
    ...{ onReceipt: () => {}, onState: () => {}, random: seededRandom(seed) },
  })
  const world = createWorld(demoHomes, { seed, startAt: systemClock.now() })
  const living = live()

  async function live(): Promise<void> {
    while (!leaving.signal.aborted) {
      for (const output of world.step(systemClock.now())) fleet.carry(output)
      await systemClock.sleep(tickMs, leaving.signal)
    }
  }

  return {
    press(home, device) {
      const at = systemClock.now() + tickMs
      world.script(home, { at, event: { what: 'press', device, times: 1, every: 1_000 } })
    },
    async close() {
      leaving.abort()
      await living
      await fleet.close()
    },
  }
}
