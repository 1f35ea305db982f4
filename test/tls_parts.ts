import type { Pair } from '../domain/certificates.ts'
import type { ServerCertificate } from '../domain/tls.ts'

/** A server's certificate that a test may replace. */
export function replaceable(first: Pair): ServerCertificate & { replace(next: Pair): void } {
  const told = new Set<() => void>()
  let current = first
  return {
    current: () => current,
    onChange(fn) {
      told.add(fn)
      return () => void told.delete(fn)
    },
    replace(next) {
      current = next
      for (const fn of told) fn()
    },
  }
}
