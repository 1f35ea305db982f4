import type { Pair } from './certificates.ts'

/**
 * What is spoken over TLS, everywhere in Vigil: Mozilla's "intermediate" of 2025 (guideline 5.7) without its two suites of
 * finite-field Diffie-Hellman, for which no device needs Vigil and which cost a server ten times the work. TLS 1.3 and
 * 1.2; every suite has forward secrecy and authenticated encryption, so no CBC and no key exchange by RSA.
 */
export const tlsSettings = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  honorCipherOrder: true,
  ecdhCurve: 'X25519:prime256v1:secp384r1',
} as const

/** The certificate that servers show. It may be replaced at any time, which touches no connection that stands. */
export type ServerCertificate = {
  current(): Pair
  /** Calls `fn` after each replacement; the returned function ends that. */
  onChange(fn: () => void): () => void
}
