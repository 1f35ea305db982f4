/** The decimal numbers of IEEE 11073-20601: a mantissa and a power of ten. */

/** NaN, not at this resolution, the infinities and what is reserved: no number at all. */
const noShort = new Set([0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801])
const noLong = new Set([0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001])

/** SFLOAT: 4 bits of exponent, 12 of mantissa, as the unsigned word -> number; undefined where it says that there is none. */
export function sfloat(word: number | undefined): number | undefined {
  if (word === undefined || noShort.has(word)) return undefined
  return decimal((word << 20) >> 20, (word << 16) >> 28)
}

/** FLOAT: 8 bits of exponent, 24 of mantissa. */
export function float(word: number | undefined): number | undefined {
  if (word === undefined || noLong.has(word)) return undefined
  return decimal((word << 8) >> 8, word >> 24)
}

/** Dividing keeps 366 with exponent -1 at 36.6; multiplying by 0.1 would not. */
const decimal = (mantissa: number, exponent: number): number =>
  exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent
