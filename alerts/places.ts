import type { Doubt } from '../domain/signals.ts'
import { isChildOf } from '../domain/sources.ts'
import { type DevicePlace, placeOfDevice } from '../store/devices.ts'
import type { Tx } from '../store/store.ts'
import type { RecordAlert } from './judge.ts'

/** Where a device belongs. `episode` is the key of its episodes: `home:{id}`, or `device:{id}` where there is no home. */
export type Place = {
  home: string | null
  area: string | null
  areaPath: string | null
  episode: string
  /** Why nobody knows where to send help, if so. */
  doubts: Doubt[]
  /** Which press of its plain button is an SOS. */
  sosPress: DevicePlace['sos_press']
}

/** Looks up places for the time of one transaction, each device once. */
export function openPlaces(tx: Tx): (claim: RecordAlert) => Promise<{ alert: RecordAlert; place: Place }> {
  const known = new Map<string, Place>()

  async function placeAt(device: string): Promise<Place> {
    const place = known.get(device) ?? (await placeOf(tx, device))
    if (known.size < placesMost) known.set(device, place)
    return place
  }

  return async (claim) => {
    const place = await placeAt(claim.device)
    const { principal } = claim.record
    const isOfNobody = place.doubts.includes('device_unknown') && principal !== undefined && principal !== claim.device
    if (!isOfNobody) return { alert: claim, place }
    const sender = await placeAt(principal)
    // Somebody behind a gateway, of whom only the gateway knows: where the gateway is, and by its name.
    if (isChildOf(principal, claim.device))
      return { alert: claim, place: { ...sender, doubts: [...new Set([...sender.doubts, ...place.doubts])] } }
    // Names can be made up without end, senders cannot: the only one who may need help is whoever sent it.
    return { alert: underSender(claim, principal), place: sender }
  }
}
/**
 * A claim under the name of its sender, where many devices meet: what tells a claim from its copies stays of its own device,
 * and a state is an event, because nobody can tell whose end an end would be.
 */
function underSender(claim: RecordAlert, principal: string): RecordAlert {
  const key = claim.key && { ...claim.key, id: `${claim.device} ${claim.key.id}` }
  return { ...claim, device: principal, level: false, key }
}

/** More than any transaction has of honest ones. */
const placesMost = 10_000

/** Looks a device up in the registry. An unknown or homeless device has a place too: itself. */
async function placeOf(tx: Tx, device: string): Promise<Place> {
  const place = await placeOfDevice(tx, device)
  if (!place?.home) {
    const doubt = place ? 'no_home' : 'device_unknown'
    const sosPress = place?.sos_press ?? null
    return { home: null, area: null, areaPath: null, episode: `device:${device}`, doubts: [doubt], sosPress }
  }
  const { home, area, area_path, sos_press: sosPress } = place
  return { home, area, areaPath: area_path, episode: `home:${home}`, doubts: [], sosPress }
}
