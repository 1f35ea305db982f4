import { systemClock } from '../../domain/clock.ts'
import { createArea, getArea } from '../../store/areas.ts'
import { createDevice } from '../../store/devices.ts'
import { createHome } from '../../store/homes.ts'
import type { Store, Tx } from '../../store/store.ts'
import { createVendor, getVendor } from '../../store/vendors.ts'
import type { Identity } from './load_messages.ts'

/** Wearable, pendant and a home monitor: what a home has, on the average. */
const DEVICES_PER_HOME = 3
/** Records of one transaction: long enough to be fast, short enough that nobody waits long for the writer's place. */
const PER_TRANSACTION = 500
const AREA = 'bench'
/** Whose devices they all are: a vendor that may use more than a broker carries, so that the broker is measured and no quota. */
const VENDOR = {
  id: 'bench',
  name: 'Bench',
  quota: { connections: 1_000_000, connects_per_s: 100_000, messages_per_s: 1_000_000, bytes_per_s: 10_000_000_000 },
}

/** A device with the home that it belongs to. */
export type FleetDevice = Identity & { home: string }

async function addHome(tx: Tx, id: string): Promise<void> {
  if (!(await getArea(tx, AREA))) await createArea(tx, { id: AREA, name: 'Bench' })
  if (!(await getVendor(tx, VENDOR.id))) await createVendor(tx, VENDOR, systemClock.now())
  await createHome(tx, { id, area: AREA, address: 'nowhere' })
}

async function addDevice(tx: Tx, prefix: string, n: number, perHome: number): Promise<FleetDevice> {
  const home = `${prefix}-home-${Math.floor(n / perHome)}`
  if (n % perHome === 0) await addHome(tx, home)
  const device = `${prefix}-${n}`
  const { token } = await createDevice(
    tx,
    { id: device, home, model: 'bench', category: 'wearable', vendor: VENDOR.id },
    systemClock.now(),
  )
  return { device, token, home }
}

/** Registers `count` devices `{prefix}-0`, …, straight in the store, because 10,000 calls of the API would take longer than the bench. */
export async function registerFleet(
  store: Store,
  prefix: string,
  count: number,
  perHome = DEVICES_PER_HOME,
): Promise<FleetDevice[]> {
  const fleet: FleetDevice[] = []
  for (let from = 0; from < count; from += PER_TRANSACTION) {
    const part = await store.write(async (tx) => {
      const made: FleetDevice[] = []
      for (let n = from; n < Math.min(count, from + PER_TRANSACTION); n++)
        made.push(await addDevice(tx, prefix, n, perHome))
      return made
    })
    fleet.push(...part)
  }
  return fleet
}
