import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type GenerateResult, generate } from 'selfsigned'
import type { Disguise } from './seen.ts'

const YEAR = 365 * 24 * 3_600_000
/** A CA is installed once and by hand, so it holds long; TLS libraries take a server's certificate for 825 days at most. */
const AUTHORITY_YEARS = 10
const SERVER_YEARS = 2
/** Devices' clocks may be behind. */
const EARLIER = 24 * 3_600_000

/** A key and its certificate, PEM. */
export type Pair = { key: string; cert: string }

const pairOf = ({ private: key, cert }: GenerateResult): Pair => ({ key, cert })

/** The common settings: RSA 2048 with SHA-256 is what every device's TLS library can read. `at`: epoch ms. */
const valid = (at: number, years: number) => ({
  algorithm: 'sha256',
  keySize: 2048,
  notBeforeDate: new Date(at - EARLIER),
  notAfterDate: new Date(at + years * YEAR),
})

/** A CA of the kit's own. A vendor installs `cert` on the device once. */
export async function makeAuthority(name: string, at: number): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...valid(at, AUTHORITY_YEARS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return pairOf(made)
}

/** A server's certificate for these host names and addresses, signed by the CA. */
export async function makeServer(authority: Pair, hosts: readonly string[], at: number): Promise<Pair> {
  const altNames = hosts.map((host) =>
    isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  )
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'vigil' }], {
    ...valid(at, SERVER_YEARS),
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return pairOf(made)
}

/** What the kit shows to devices: itself, and those that a device must not believe. */
export type Faces = Partial<Record<Disguise, SecureContext>> & { own: SecureContext }

/** The name that no device connects to; `.invalid` is reserved for it (RFC 2606). */
const nobody = 'another-server.invalid'

/**
 * The faces of a kit: its own by `server`, a stranger's that bears the right names, and, where the kit's own CA can
 * sign it, one of the right CA for another name.
 */
export async function makeFaces(
  server: Pair,
  authority: Pair | undefined,
  hosts: readonly string[],
  at: number,
): Promise<Faces> {
  const stranger = await makeServer(await makeAuthority('Nobody knows this CA', at), hosts, at)
  const misnamed = authority && (await makeServer(authority, [nobody], at))
  return {
    own: contextOf(server),
    stranger: contextOf(stranger),
    ...(misnamed && { misnamed: contextOf(misnamed) }),
  }
}

const contextOf = (pair: Pair): SecureContext => createSecureContext({ ...pair, minVersion: 'TLSv1.2' })
