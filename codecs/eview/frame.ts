import { readerOf } from '../bytes.ts'

/**
 * The binary frame of Eview's pendants (EV-04, EV-07B): `AB`, flags, length, CRC, number, type, then records of length, key and
 * value, all little endian.
 */
export type EviewFrame = {
  /** The device asks to be answered. */
  wantsAnswer: boolean
  /** Counts the device's messages; an answer repeats it. */
  number: number
  type: number
  records: EviewRecord[]
  imei: string | undefined
  /** All bytes are there and their sum is right. */
  isWhole: boolean
}
export type EviewRecord = { key: number; value: Buffer }

export const eviewStart = 0xab
/** Before type and records: start, flags, length of what follows, CRC, number. */
export const eviewHeaderBytes = 8
export const eviewTypes = {
  data: 0x01,
  configuration: 0x02,
  services: 0x03,
  system: 0x04,
  firmware: 0x7e,
  response: 0x7f,
}

const imeiKey = 0x01
const answerFlag = 0x10

/** Bytes -> frame; undefined where they are no frame at all. Records are read as far as they are whole. */
export function parseEviewFrame(bytes: Uint8Array): EviewFrame | undefined {
  const reader = readerOf(bytes)
  if (reader.uintLE(1) !== eviewStart || bytes.length <= eviewHeaderBytes) return undefined
  const flags = reader.uintLE(1) ?? 0
  const [length, crc, number] = [reader.uintLE(2), reader.uintLE(2), reader.uintLE(2) ?? 0]
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + eviewHeaderBytes, reader.left)
  const type = reader.uintLE(1)!
  const records = recordsOf(body.subarray(1))
  return {
    wantsAnswer: (flags & answerFlag) !== 0,
    number,
    type,
    records,
    imei: imeiOf(type, records),
    isWhole: body.length === length && crcOf(body) === crc,
  }
}

function recordsOf(body: Buffer): EviewRecord[] {
  const records: EviewRecord[] = []
  for (let at = 0; at + 1 < body.length; ) {
    const length = body[at]!
    const end = at + 1 + length
    if (length === 0 || end > body.length) break
    records.push({ key: body[at + 1]!, value: body.subarray(at + 2, end) })
    at = end
  }
  return records
}

/** In a configuration the IMEI has another key, and the key of the IMEI is the module's number. */
function imeiOf(type: number, records: EviewRecord[]): string | undefined {
  const key = type === eviewTypes.configuration ? 0x03 : imeiKey
  const text = records.find((one) => one.key === key)?.value.toString('latin1')
  return text !== undefined && /^\d{15}$/.test(text) ? text : undefined
}

/** CRC-16/XMODEM over type and records. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

/** A frame of a type and its records, as the server sends it. */
export function eviewFrame(type: number, number: number, records: readonly Uint8Array[], flags = 0): Buffer {
  const body = Buffer.concat([Buffer.from([type]), ...records])
  const header = Buffer.alloc(eviewHeaderBytes)
  header[0] = eviewStart
  header[1] = flags
  header.writeUInt16LE(body.length, 2)
  header.writeUInt16LE(crcOf(body), 4)
  header.writeUInt16LE(number, 6)
  return Buffer.concat([header, body])
}

/** One record: its length counts key and value. */
export const eviewRecord = (key: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([value.length + 1, key]), value])
