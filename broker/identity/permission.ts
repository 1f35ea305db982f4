import { deviceOf } from '../../codecs/codecs.ts'
import { limits } from '../../domain/limits.ts'
import { parsePrincipalKey, userName } from '../../domain/principals.ts'
import { areaOfTickets, familyFilters, parseTopic, receiptsTopic, topicOf } from '../../domain/topics.ts'
import { pathOfArea } from '../../store/areas.ts'
import { accessOfDevice } from '../../store/devices.ts'
import { getIntegration, mayReadTickets } from '../../store/integrations.ts'
import type { Db } from '../../store/store.ts'
import { hearersOf, ownersOf } from './families.ts'
import { type IntegrationPrincipal, type Principal, speakerOf } from './principal.ts'

/** Who may what. Publishing is decided for every message, so it asks nobody. */

/** Whether somebody may publish under a device's name. */
export function maySpeakFor(principal: Principal, device: string): boolean {
  if (principal.kind === 'administrator') return true
  if (principal.kind === 'integration') return false
  if (principal.kind === 'device' && principal.id === device) return true
  return principal.children?.has(device) ?? false
}

/** Areas that topics of tickets are about, and where they lie now. */
export type Areas = {
  /** The path of an area, where it was learned. */
  pathOf(area: string): string | undefined
  /** Looks the path up where it is not known. Rejects where the registry cannot be read. */
  lookUp(area: string): Promise<string | undefined>
  /** Notes the path of an area and of all above it, which an event has just told. */
  learn(path: string): void
}

export type Permission = {
  readonly areas: Areas
  /** Whether somebody may subscribe to a filter; it may take a look into the registry, and rejects where it fails. */
  maySubscribe(principal: Principal, filter: string): boolean | Promise<boolean>
  /** Whether somebody who is connected gets what comes on a topic; asked for every message that one of his filters fits. */
  mayHear(principal: Principal, topic: string): boolean
  /** The same of whoever is not connected, by the id of his session, which begins with his key and a slash. */
  mayReceive(sessionId: string, topic: string): boolean | Promise<boolean>
  /** The keys of all that `mayReceive` may let have a topic by a wildcard, where they are few. Rejects as it does. */
  hearersOf(topic: string): Promise<string[] | undefined>
  /** Something about a principal changed. */
  changed(key: string): void
  changedAll(): void
}

/** What of it is asked of the registry is kept until it changes. */
export function openPermission(db: Db): Permission {
  const areas = openAreas(db)
  const owners = kept(async (device: string) => {
    const access = await accessOfDevice(db, device)
    return access ? ownersOf(access) : []
  })
  /** The area of an integration, null where it has all; undefined where there is no such integration that reads tickets. */
  const bounds = kept(async (id: string) => {
    const found = await getIntegration(db, id)
    return found && mayReadTickets(found) ? found.area : undefined
  })

  async function mayReadArea(bound: string | null | undefined, area: string | null): Promise<boolean> {
    if (bound === undefined || area === null) return bound === null
    const path = areas.pathOf(area) ?? (await areas.lookUp(area))
    return path !== undefined && liesWithin(path, bound)
  }

  return {
    areas,
    maySubscribe(principal, filter) {
      if (principal.kind === 'administrator') return !filter.startsWith('$share/')
      if (Buffer.byteLength(filter) > limits.topicBytes) return false
      if (principal.kind === 'integration') return maySubscribeTickets(boundOf(principal), filter)
      const hasFamily = principal.kind === 'vendor' || principal.children !== undefined
      return (hasFamily && familyFilters.includes(filter)) || isForAccount(principal, filter)
    },
    mayHear(principal, topic) {
      if (principal.kind === 'administrator') return true
      if (principal.kind !== 'integration') return isForAccount(principal, topic)
      const area = areaOfTickets(topic)
      if (area === undefined || principal.withoutTickets) return false
      if (principal.area === null) return true
      const path = area === null ? undefined : areas.pathOf(area)
      return path !== undefined && liesWithin(path, principal.area)
    },
    mayReceive(sessionId, topic) {
      const key = sessionId.slice(0, sessionId.indexOf('/'))
      const name = parsePrincipalKey(key)
      if (!name || name.kind === 'administrator') return name !== undefined
      if (topic === receiptsTopic(userName(name))) return true
      if (name.kind === 'integration') return mayReceiveTickets(name.id, topic)
      const device = downDevice(topic)
      if (device === undefined) return false
      if (name.kind === 'device' && name.id === device) return true
      return owners.get(device).then((of) => of.includes(key))
    },
    async hearersOf(topic) {
      const device = downDevice(topic)
      return device === undefined ? undefined : hearersOf(device, await owners.get(device))
    },
    changed(key) {
      const name = parsePrincipalKey(key)
      if (name?.kind === 'device') owners.forget(name.id)
      if (name?.kind === 'integration') bounds.forget(name.id)
    },
    changedAll() {
      owners.forgetAll()
      bounds.forgetAll()
    },
  }

  /** Looked up anew, since it may have moved since the last event. */
  async function maySubscribeTickets(bound: string | null | undefined, filter: string): Promise<boolean> {
    const area = areaOfTickets(filter)
    if (area) await areas.lookUp(area)
    return area !== undefined && mayReadArea(bound, area)
  }

  async function mayReceiveTickets(id: string, topic: string): Promise<boolean> {
    const area = areaOfTickets(topic)
    return area === undefined ? false : mayReadArea(await bounds.get(id), area)
  }
}

/** As `mayReadArea` takes it: undefined where it reads no tickets. */
const boundOf = ({ area, withoutTickets }: IntegrationPrincipal) => (withoutTickets ? undefined : area)

/** Whether a topic is for an account itself or for one of its devices. */
function isForAccount(principal: Exclude<Principal, { kind: 'integration' }>, topic: string): boolean {
  const device = downDevice(topic)
  if (device !== undefined) return maySpeakFor(principal, device)
  return principal.kind === 'vendor' && topic === receiptsTopic(userName(principal))
}

/** The device for which a topic is: that of its commands or receipts. */
function downDevice(topic: string): string | undefined {
  const parsed = parseTopic(topic)
  return parsed?.kind === 'commands' || parsed?.kind === 'receipts' ? parsed.device : undefined
}

/** Paths hold the ids of all areas above, and ids no slash, so this holds also after both have moved. */
const liesWithin = (path: string, bound: string | null): boolean => bound === null || path.includes(`/${bound}/`)

function openAreas(db: Db): Areas {
  const paths = new Map<string, string>()
  const areas: Areas = {
    pathOf: (area) => paths.get(area),
    async lookUp(area) {
      const path = await pathOfArea(db, area)
      if (path === undefined) paths.delete(area)
      else areas.learn(path)
      return path
    },
    learn(path) {
      for (let end = path.length; end > 1; end = path.lastIndexOf('/', end - 2) + 1) {
        const above = path.slice(0, end)
        const area = above.slice(above.lastIndexOf('/', end - 2) + 1, -1)
        if (paths.get(area) === above) return
        paths.set(area, above)
      }
    },
  }
  return areas
}

/** Answers that are kept until they change, as many as devices are remembered; a failure is not kept. */
function kept<T>(ask: (id: string) => Promise<T>) {
  const answers = new Map<string, Promise<T>>()
  return {
    get(id: string): Promise<T> {
      const known = answers.get(id)
      if (known !== undefined) return known
      const asked = ask(id)
      answers.set(id, asked)
      asked.catch(() => answers.get(id) === asked && answers.delete(id))
      const [oldest] = answers.keys()
      if (answers.size > limits.rememberedDevices && oldest !== undefined) answers.delete(oldest)
      return asked
    },
    forget: (id: string) => void answers.delete(id),
    forgetAll: () => answers.clear(),
  }
}

/**
 * Where somebody is told what became of what he sent on a topic: with the device of which it was, unless he may not speak
 * for it. Undefined where nobody is told.
 */
export function receiptsFor(principal: Principal, topic: string | undefined): string | undefined {
  const device = topic === undefined ? undefined : deviceOf(topic)
  if (device !== undefined && maySpeakFor(principal, device)) return topicOf(device, 'receipts')
  const own = speakerOf(principal)
  return own === undefined ? undefined : receiptsTopic(own)
}
