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
