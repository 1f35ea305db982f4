/**
 * Reads binary frames in order. Beyond the end it gives `undefined` for ever, so that a cut frame needs no checks at every
 * step and never throws; `isShort` tells afterwards.
 */
export type Reader = {
  readonly offset: number
  readonly left: number
  /** Whether more was asked for than there was. */
  readonly isShort: boolean
  /** Unsigned and signed integers of 1 to 6 bytes, little or big endian. */
  uintLE(bytes: number): number | undefined
  intLE(bytes: number): number | undefined
  uintBE(bytes: number): number | undefined
  intBE(bytes: number): number | undefined
  floatLE(): number | undefined
  take(bytes: number): Buffer | undefined
  skip(bytes: number): void
}

export function readerOf(bytes: Uint8Array): Reader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  let isShort = false
  function next<T>(size: number, read: (at: number) => T): T | undefined {
    if (offset + size > buffer.length) {
      isShort = true
      offset = buffer.length
      return undefined
    }
    offset += size
    return read(offset - size)
  }
  return {
    get offset() {
      return offset
    },
    get left() {
      return buffer.length - offset
    },
    get isShort() {
      return isShort
    },
    uintLE: (size) => next(size, (at) => buffer.readUIntLE(at, size)),
    intLE: (size) => next(size, (at) => buffer.readIntLE(at, size)),
    uintBE: (size) => next(size, (at) => buffer.readUIntBE(at, size)),
    intBE: (size) => next(size, (at) => buffer.readIntBE(at, size)),
    floatLE: () => next(4, (at) => buffer.readFloatLE(at)),
    take: (size) => next(size, (at) => buffer.subarray(at, at + size)),
    skip: (size) => void next(size, () => undefined),
  }
}

/** Whether a bit of a status word is set; also of words wider than the 32 bits of `&`. */
export const hasBit = (word: number, bit: number): boolean => Math.floor(word / 2 ** bit) % 2 === 1

const digits = /^"?(?:0x)?((?:[0-9a-f]{2}[\s:-]?)+)[\s"]*$/i

/**
 * What gateways pass on from a radio, either as bytes or as hexadecimal digits (`40 3A 01`, `"40:3a:01"`), which are told by
 * being nothing else; none of the formats' first bytes is a digit. Of text that stands for more than `most` bytes nothing is read as digits.
 */
export function hexOrBytes(payload: Uint8Array, most: number): Uint8Array {
  // Two digits and a separator for each byte, and room for quotes and line ends.
  if (payload.byteLength > 3 * most + 16) return payload
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')
  const found = digits.exec(text)?.[1]
  return found === undefined ? payload : Buffer.from(found.replaceAll(/[\s:-]/g, ''), 'hex')
}
