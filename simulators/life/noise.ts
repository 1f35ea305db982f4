/** A number in [0, 1) that belongs to a seed and a whole number, the same wherever and whenever it is asked. */
function hashed(seed: number, n: number): number {
  let h = Math.imul(seed ^ (n | 0), 0x9e3779b1) ^ Math.imul(Math.floor(n / 4294967296) + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296
}

/**
 * Value noise: smooth, between -1 and 1, about as fast as `x` counts. A pure function, so that what is measured does
 * not depend on who else has measured.
 */
export function smoothNoise(seed: number, x: number): number {
  const n = Math.floor(x)
  const share = x - n
  const eased = share * share * (3 - 2 * share)
  return (hashed(seed, n) * (1 - eased) + hashed(seed, n + 1) * eased) * 2 - 1
}
