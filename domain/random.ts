import { randomBytes } from 'node:crypto'

/** A source of chance in [0, 1). Injected wherever chance decides something, so that a seed repeats it. */
export type Random = () => number

/** mulberry32: small, fast, good enough for simulation; the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A seed for a stream of its own (FNV-1a over the parts), so that no part of a simulation disturbs another's chance. */
export function seedOf(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const char of parts.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}

/** A secret that cannot be guessed: `bytes` random bytes as base64url. For tokens, never for simulation. */
export const newSecret = (bytes = 24): string => randomBytes(bytes).toString('base64url')

/** An id made where the caller gave none: `device-k3J…`. Matches `idPattern` of ids.ts. */
export const newId = (noun: string): string => `${noun}-${randomBytes(9).toString('base64url')}`
