/** One element of DER (ITU-T X.690): its tag, what is in it, and all its bytes. Parts of the bytes that were given. */
export type Element = { tag: number; content: Buffer; whole: Buffer }

/** The tags that certificates and their lists are made of, as far as they are asked for. */
export const tags = { integer: 0x02, bits: 0x03, oid: 0x06, utcTime: 0x17, time: 0x18, sequence: 0x30 } as const

/** The elements that lie one behind the other in these bytes, each read when it is asked for. Throws where they do not. */
export function* elementsIn(bytes: Buffer): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const { from, length } = sizeAt(bytes, at + 1)
    const end = from + length
    if (end > bytes.length) throw new Error('an element of DER ends beyond what it is in')
    yield { tag: bytes[at]!, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) }
    at = end
  }
}

/** Where the content begins, and how long it is. One byte up to 127, else up to four of which the first tells how many. */
function sizeAt(bytes: Buffer, at: number): { from: number; length: number } {
  const first = bytes[at] ?? 0xff
  if (first < 0x80) return { from: at + 1, length: first }
  const count = first - 0x80
  if (count < 1 || count > 4 || at + count >= bytes.length) throw new Error('an element of DER has no length')
  return { from: at + 1 + count, length: bytes.readUIntBE(at + 1, count) }
}
