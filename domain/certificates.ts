import { isIP } from 'node:net'
import { type GenerateResult, generate } from 'selfsigned'

const YEAR = 365 * 24 * 3_600_000
/** TLS libraries take a server's certificate for 825 days at most. */
const SERVER_YEARS = 2
/** Devices' clocks may be behind. */
const EARLIER = 24 * 3_600_000

/** A key and its certificate, PEM. */
export type Pair = { key: string; cert: string }

/** `rsa` (2,048 bits) is what every device's TLS library can read; `ec` (P-256) takes a server a tenth of the time. */
export type KeyKind = 'rsa' | 'ec'

/** `at`: now, epoch ms. */
type Making = { at: number; kind?: KeyKind }

const pairOf = ({ private: key, cert }: GenerateResult): Pair => ({ key, cert })

/** The common settings: SHA-256, and valid from a day before `at`. */
const settings = (from: number, until: number, kind: KeyKind) => ({
  algorithm: 'sha256',
  keyType: kind,
  keySize: 2048,
  notBeforeDate: new Date(from - EARLIER),
  notAfterDate: new Date(until),
})

/** A CA of one's own. It is installed on devices once and by hand, so it holds long. */
export async function makeAuthority(name: string, { at, kind = 'rsa', years = 10 }: Making & { years?: number }) {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...settings(at, at + years * YEAR, kind),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return pairOf(made)
}

/** `until`: its end, epoch ms, two years from `at` where absent. `keys`: PEM, made where absent. */
type ServerMaking = Making & { until?: number; keys?: { privateKey: string; publicKey: string } }

/** A server's certificate for these host names and addresses, signed by the CA, whose key must be of the same kind. */
export async function makeServer(
  authority: Pair,
  hosts: readonly string[],
  { at, kind = 'rsa', until = at + SERVER_YEARS * YEAR, keys }: ServerMaking,
): Promise<Pair> {
  const altNames = hosts.map((host) =>
    isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  )
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'vigil' }], {
    ...settings(at, until, kind),
    ca: authority,
    ...(keys && { keyPair: keys }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: kind === 'rsa', critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return pairOf(made)
}

/** A client's certificate that bears `name`, signed by the CA, whose key must be of the same kind. */
export async function makeClient(authority: Pair, name: string, { at, kind = 'rsa' }: Making): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...settings(at, at + SERVER_YEARS * YEAR, kind),
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
    ],
  })
  return pairOf(made)
}
