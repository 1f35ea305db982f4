import { sourceName } from '../../domain/sources.ts'
import { isRecord } from '../build.ts'
import type { Row } from '../pushes.ts'

/** Who a reference means. */

type Entry = { fullUrl: unknown; resource: Row }

/** How the devices of a Bundle are named, by what refers to them: `urn:uuid:…`, `Device/phd-001`. */
export type Names = ReadonlyMap<string, string>

export function namesOf(entries: readonly Entry[]): Names {
  const names = new Map<string, string>()
  for (const { fullUrl, resource } of entries) {
    if (resource.resourceType !== 'Device') continue
    const name = nameOf(resource)
    if (name === undefined) continue
    if (typeof fullUrl === 'string') names.set(fullUrl, name)
    if (typeof resource.id === 'string') names.set(`Device/${resource.id}`, name)
  }
  return names
}

/** SYSID (EUI-64) first, then the Bluetooth MAC, then whatever identifier, then the serial number. */
function nameOf({ identifier, serialNumber, id }: Row): string | undefined {
  const all = (Array.isArray(identifier) ? identifier : []).filter(isRecord)
  const typed = (code: string) => all.find((one) => codesOf(one.type).includes(code))
  const found = [typed('SYSID'), typed('BTMAC'), all[0]].find((one) => typeof one?.value === 'string')?.value
  const name = [found, serialNumber, id].find((one) => typeof one === 'string' && one !== '')
  return typeof name === 'string' ? sourceName(name) : undefined
}

/** The codes of a CodeableConcept, of whatever system. */
export const codesOf = (concept: unknown): string[] => codingsOf(concept).map(({ code }) => code)

export type Coding = { system: string; code: string }

export function codingsOf(concept: unknown): Coding[] {
  const list = isRecord(concept) && Array.isArray(concept.coding) ? concept.coding : []
  return list
    .filter(isRecord)
    .flatMap(({ system, code }) =>
      typeof code === 'string' ? [{ system: typeof system === 'string' ? system : '', code }] : [],
    )
}

/** PHD's own ids of devices: `phd-{EUI-64}.{MAC}`. */
const phd = /^ph[dg]-([0-9A-F]{16})(?:\.[0-9A-F]{12})?$/i

/** The device that a Reference means: by the Bundle, by its identifier, by its id. */
export function sourceOf(reference: unknown, names: Names): string | undefined {
  if (!isRecord(reference)) return undefined
  const { reference: to, identifier, display } = reference
  if (typeof to === 'string' && to !== '') {
    const known = names.get(to) ?? names.get(to.split('/').slice(-2).join('/'))
    const id = to.slice(to.lastIndexOf('/') + 1)
    return known ?? sourceName(phd.exec(id)?.[1] ?? id)
  }
  if (isRecord(identifier) && typeof identifier.value === 'string') return sourceName(identifier.value)
  return typeof display === 'string' && display !== '' ? sourceName(display) : undefined
}
