import { systemClock } from '../../domain/clock.ts'
import { createArea, getArea } from '../../store/areas.ts'
import { createDevice } from '../../store/devices.ts'
import { createHome } from '../../store/homes.ts'
import type { Store } from '../../store/store.ts'
import type { FleetDevice } from '../pipeline/fleet.ts'

const AREA = 'attacked'

/** Registers devices `{prefix}-0`, …, each in a home of its own, which may use what any device may. */
export function registerDevices(store: Store, prefix: string, count: number): Promise<FleetDevice[]> {
  return store.write(async (tx) => {
    if (!(await getArea(tx, AREA))) await createArea(tx, { id: AREA, name: 'Attacked' })
    const devices: FleetDevice[] = []
    for (let n = 0; n < count; n++) {
      const device = `${prefix}-${n}`
      const home = `${device}-home`
      await createHome(tx, { id: home, area: AREA, address: 'nowhere' })
      const { token } = await createDevice(tx, { id: device, home }, systemClock.now())
      devices.push({ device, token, home })
    }
    return devices
  })
}
