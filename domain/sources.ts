import { createHash } from 'node:crypto'
import { idPattern } from './ids.ts'

/**
 * How devices are called that do not speak Vigil's own topics. Their formats have names of their own for them, and a name
 * is all that many messages have: so an id is made of it by rule, the same in every process and on every day.
 */

/** EUI-64, MAC and the like: 12 or 16 hexadecimal digits, with or without separators, `0x` or `eui-` before them. */
const hardware = /^(?:0x|eui-)?((?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}|(?:[0-9a-f]{2}[:-]?){7}[0-9a-f]{2})$/i
const idChars = 64
const hashChars = 8

/**
 * What a format calls a device -> a name that can be an id. Hardware addresses become lower-case hexadecimal digits, so
 * that `0xA4C138…`, `A4:C1:38:…` and `eui-a4c138…` are the same device. What no id may be (`Bed room/SOS`, 厨房) gets its other
 * characters replaced and a hash of the whole behind it, so that two names stay two.
 */
export function sourceName(name: string): string {
  const address = hardware.exec(name.trim())?.[1]
  if (address !== undefined) return address.replaceAll(/[:-]/g, '').toLowerCase()
  return idPattern.test(name) ? name : withHash(readable(name), name, idChars)
}

/** A row of signs at the end is looked at anew from each one of them: so not of a name of any length. */
const readChars = 256

const readable = (name: string): string =>
  name
    .slice(0, readChars)
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_.:-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')

function withHash(start: string, whole: string, most: number): string {
  const hash = createHash('sha1').update(whole).digest('hex').slice(0, hashChars)
  const room = most - hashChars - 1
  return start === '' ? hash : `${start.slice(0, room)}-${hash}`
}

/** The longest part of a child's id that is its gateway's. */
const gatewayChars = 40

const ownerOf = (gateway: string): string =>
  gateway.length <= gatewayChars ? gateway : withHash(gateway, gateway, gatewayChars)

/** Whether an id is one that `childId` makes for this gateway. */
export const isChildOf = (gateway: string, id: string): boolean => id.startsWith(`${ownerOf(gateway)}:`)

/** The id of a device that is known by the gateway alone which tells of it: `{gateway}:{source}`, shortened where it must be. */
export function childId(gateway: string, source: string): string {
  const owner = ownerOf(gateway)
  const id = `${owner}:${source}`
  return id.length <= idChars ? id : `${owner}:${withHash(source, source, idChars - owner.length - 1)}`
}

/**
 * Whoever sent a message, as far as the naming of devices goes. `device`: its own id where it is a device; `isGateway`
 * where the registry has it as one; `has`: whether the registry has a device of this id that it may speak for.
 */
export type Speaker = { device: string | undefined; isGateway: boolean; has(id: string): boolean }

/**
 * The device that a source means when this speaker tells of it; undefined where there is none to name.
 *
 * A registered device under the speaker comes first. Else a gateway's devices are its own (`childId`), so that two homes may
 * both have a "Panic button", and nobody speaks for another's. A device that speaks for itself is itself, whatever it calls
 * itself. For accounts, who have no place of their own, the name is the id.
 */
export function deviceOfSource(speaker: Speaker, speaks: 'itself' | 'others', source?: string): string | undefined {
  const { device, isGateway } = speaker
  if (source === undefined) return device
  if (source === device || speaker.has(source)) return source
  if (device === undefined) return source
  return isGateway || speaks === 'others' ? childId(device, source) : device
}
