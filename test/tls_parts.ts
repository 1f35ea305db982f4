import { generate } from 'selfsigned'
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

/** A CA that the one `above` certified a day before `at` (epoch ms), or a certificate that makes no CA. Its key is EC. */
export async function makeBelow(above: Pair, name: string, at: number, cA = true): Promise<Pair> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    ...({ algorithm: 'sha256', keyType: 'ec', ca: above, notBeforeDate: new Date(at - 24 * 3_600_000) } as const),
    extensions: [{ name: 'basicConstraints', cA, critical: true }],
  })
  return { key, cert }
}
