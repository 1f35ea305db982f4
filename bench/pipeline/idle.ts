import type { Store } from '../../store/store.ts'
import { type FleetDevice, registerFleet } from './fleet.ts'
import { startLoad } from './load.ts'
import { residentBytes } from './usage.ts'

export type IdleResult = {
  connections: number
  /** How fast they connected, connections a second. */
  perSecond: number
  /** Growth of the broker's resident memory, scaled to 10,000 connections, bytes. */
  bytesPer10000: number
}

/** Memory grows for a while after the last connection: it is read when it has not grown for so long, ms. */
const SETTLED = 1_500

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Resident memory of a process, once it has not grown for a while; bytes. */
export async function settledBytes(pid: number): Promise<number> {
  let bytes = await residentBytes(pid)
  for (let still = 0; still < SETTLED; still += 100) {
    await pause(100)
    const now = await residentBytes(pid)
    if (now > bytes * 1.005) still = 0
    bytes = Math.max(bytes, now)
  }
  return bytes
}

/** Opens `count` connections that say nothing, and sees what the broker needs for them. They are closed again. */
export async function measureIdle(
  store: Store,
  { count, port, brokerPid }: { count: number; port: number; brokerPid: number },
): Promise<IdleResult> {
  const identities: FleetDevice[] = await registerFleet(store, 'idle', count)
  const before = await settledBytes(brokerPid)
  const load = await startLoad({ port, identities, window: 1, times: { base: 0, step: 1 } })
  try {
    const after = await settledBytes(brokerPid)
    return {
      connections: count,
      perSecond: count / load.connectSeconds,
      bytesPer10000: ((after - before) / count) * 10_000,
    }
  } finally {
    await load.close()
  }
}
