import { readerOf } from '../bytes.ts'
import { type ObjectDefinition, objects } from './objects.ts'

/** The bytes of one BTHome v2 advertisement, as service data under the UUID 0xFCD2. */

/** One object; `value` is the raw number, undefined of text and raw bytes. */
export type BthomeObject = { id: number; definition: ObjectDefinition; value: number | undefined }

/**
 * `mac`: where the frame carries it, as 12 hexadecimal digits. `counter`: of an encrypted frame. `ends`: why reading stopped
 * before the end: an object that is not known, whose length nobody can tell, or one that was cut.
 */
export type ServiceData = {
  isEncrypted: boolean
  counter?: number
  mac?: string
  objects: BthomeObject[]
  ends?: { at: number; because: 'unknown' | 'cut' }
}

/** No advertisement is longer, extended ones included (Bluetooth Core 5.4, vol. 6 B 2.3.4.9). */
export const longestAdvertisement = 1_650

const uuid = Buffer.from([0xd2, 0xfc])
const versionTwo = 2
/** Counter and MIC at the end of an encrypted frame. */
const sealBytes = 8

/**
 * Bytes -> objects, up to the first that cannot be read. Undefined where it is no BTHome v2: another version, or reserved
 * bits. The UUID may stand before it, as it does on the air.
 */
export function parseServiceData(bytes: Uint8Array): ServiceData | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, longestAdvertisement))
  const data = whole.subarray(0, 2).equals(uuid) ? whole.subarray(2) : whole
  const info = data[0]
  if (info === undefined || info >> 5 !== versionTwo || (info & 0x18) !== 0) return undefined
  const isEncrypted = (info & 1) === 1
  const hasMac = (info & 2) === 2
  const mac = hasMac && data.length >= 7 ? Buffer.from(data.subarray(1, 7)).reverse().toString('hex') : undefined
  const rest = data.subarray(hasMac ? 7 : 1)
  const start = { isEncrypted, ...(mac ? { mac } : {}) }
  if (!isEncrypted) return { ...start, ...objectsIn(rest) }
  const counter = rest.length >= sealBytes ? rest.readUInt32LE(rest.length - sealBytes) : undefined
  return { ...start, ...(counter === undefined ? {} : { counter }), objects: [] }
}

function objectsIn(bytes: Buffer): Pick<ServiceData, 'objects' | 'ends'> {
  const reader = readerOf(bytes)
  const found: BthomeObject[] = []
  while (reader.left > 0) {
    const id = reader.uintLE(1)!
    const definition = objects.get(id)
    if (!definition) return { objects: found, ends: { at: id, because: 'unknown' } }
    const { bytes: size, isSigned } = definition
    if (size === 'counted') reader.skip(reader.uintLE(1) ?? 0)
    const value = size === 'counted' ? undefined : isSigned ? reader.intLE(size) : reader.uintLE(size)
    if (reader.isShort) return { objects: found, ends: { at: id, because: 'cut' } }
    found.push({ id, definition, value })
  }
  return { objects: found }
}
