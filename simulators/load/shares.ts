import { countDevices, type HomePlan } from '../home/home.ts'

/** Devices of one worker: few enough that it keeps up, and far below what a process may have open. */
const DEVICES_PER_WORKER = 8_000
/** What a worker has open beside its connections, and some room. */
const FILES_ASIDE = 200

/** Homes `first` to `first + count - 1`, whose devices begin with number `firstDevice`. */
export type Part = { first: number; count: number; firstDevice: number; devices: number }

/** Homes dealt out in order, so that no worker has more connections than it can hold; `files`: what a process may open. */
export function dealOut(homes: readonly HomePlan[], files = Number.POSITIVE_INFINITY): Part[] {
  const devices = countDevices(homes)
  const most = Math.max(1, Math.min(DEVICES_PER_WORKER, files - FILES_ASIDE))
  const share = devices / Math.max(1, Math.ceil(devices / most))
  const parts: Part[] = []
  let dealt = 0
  for (const [n, home] of homes.entries()) {
    const last = parts.at(-1)
    // A part is full when the devices dealt so far fill its share.
    if (last && dealt < parts.length * share) {
      last.count += 1
      last.devices += home.devices.length
    } else parts.push({ first: n, count: 1, firstDevice: dealt, devices: home.devices.length })
    dealt += home.devices.length
  }
  return parts
}
