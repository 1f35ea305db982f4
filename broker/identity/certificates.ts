import { X509Certificate } from 'node:crypto'
import { limits } from '../../domain/limits.ts'
import { type PrincipalName, parseUserName } from '../../domain/principals.ts'
import { allAuthorities } from '../../store/authorities.ts'
import { accessOfDevice, type DeviceAccess } from '../../store/devices.ts'
import { isCertificateRevoked } from '../../store/revocations.ts'
import type { Db } from '../../store/store.ts'
import { getVendor } from '../../store/vendors.ts'
import type { PeerCertificate } from '../sockets/peer.ts'

/** Whom a certificate stands for. `expiresAt` (epoch ms): the earliest end in its chain. `device`: only of a device. */
export type Proven = {
  name: Extract<PrincipalName, { kind: 'device' | 'vendor' }>
  vendor: string
  expiresAt: number
  device?: DeviceAccess
}
/** A certificate that is not taken, in one sentence that says what to mend. */
export type Unproven = { problem: string }

/** The purpose of a certificate that is for clients, and the one that is for anything (RFC 5280, 4.2.1.12). */
const forClients = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']

type Authority = { vendor: string; x509: X509Certificate }

export type Certificates = {
  /** Whom the certificate stands for at `now` (epoch ms). Rejects where the registry cannot be read. */
  prove(shown: PeerCertificate, now: number): Promise<Proven | Unproven>
  /** The authorities may have changed. */
  forgetAuthorities(): void
}

/**
 * Client certificates, by the authorities that vendors have in the registry. TLS has made sure that the client has the
 * key; whatever else TLS thought of the certificate does not count, because it knows no vendors.
 */
export function openCertificates(db: Db): Certificates {
  let authorities: Promise<Authority[]> | undefined

  /** Read once, since every certificate that comes is looked at by them. A failure is not kept. */
  function known(): Promise<Authority[]> {
    if (authorities) return authorities
    const reading = readAuthorities(db)
    authorities = reading
    reading.catch(() => {
      if (authorities === reading) authorities = undefined
    })
    return reading
  }

  async function prove(shown: PeerCertificate, now: number): Promise<Proven | Unproven> {
    const name = nameOf(shown.x509)
    if (!name) return { problem: 'its subject must be CN={device id} or CN=vendor/{vendor id}, once' }
    const purposes = shown.x509.keyUsage as string[] | undefined
    if (purposes && !forClients.some((purpose) => purposes.includes(purpose)))
      return { problem: 'it is not for clients (extended key usage clientAuth is missing)' }
    const issued = issuerOf(shown, await known(), now)
    if ('problem' in issued) return issued
    return belongs(db, name, issued, shown)
  }

  return {
    prove,
    forgetAuthorities() {
      authorities = undefined
    },
  }
}

async function readAuthorities(db: Db): Promise<Authority[]> {
  return (await allAuthorities(db)).map(({ vendor, pem }) => ({ vendor, x509: new X509Certificate(pem) }))
}

function nameOf(x509: X509Certificate): Proven['name'] | undefined {
  // Several common names come as an array: nobody could say which of them counts.
  const cn: unknown = x509.toLegacyObject().subject?.CN
  const name = typeof cn === 'string' ? parseUserName(cn) : undefined
  return name?.kind === 'device' || name?.kind === 'vendor' ? name : undefined
}

type Issued = { vendor: string; expiresAt: number; serials: string[]; notBefore: number }

/** Climbs from the certificate over what the client sent to a vendor's authority. */
function issuerOf({ x509, chain }: PeerCertificate, authorities: Authority[], now: number): Issued | Unproven {
  const climbed: X509Certificate[] = []
  let last: X509Certificate | undefined = x509
  while (last !== undefined && climbed.length < limits.certificateChain) {
    const problem = problemOfTime(last, now)
    if (problem) return { problem }
    climbed.push(last)
    const below: X509Certificate = last
    const authority = authorities.find(({ x509: one }) => isIssued(below, one))
    if (authority) return issuedBy(authority, climbed, now, above(authority, authorities))
    last = chain.find((one) => one.ca && one !== below && isIssued(below, one))
  }
  return { problem: "it was issued by no vendor's authority; send the intermediate certificates along" }
}

/**
 * An authority that is no root, and those of the same vendor above it: the vendor may have revoked one of them by the
 * list of the next. The number of a root is its own business, and may be that of a device.
 */
function above({ vendor, x509 }: Authority, authorities: Authority[]): X509Certificate[] {
  const found: X509Certificate[] = []
  let last: X509Certificate | undefined = x509
  while (last !== undefined && !isIssued(last, last) && found.length < limits.authoritiesPerVendor) {
    found.push(last)
    const below: X509Certificate = last
    last = authorities.find((one) => one.vendor === vendor && isIssued(below, one.x509))?.x509
  }
  return found
}

function issuedBy(
  { vendor, x509 }: Authority,
  climbed: X509Certificate[],
  now: number,
  over: X509Certificate[],
): Issued | Unproven {
  const problem = problemOfTime(x509, now)
  if (problem) return { problem: `the authority that issued it ${problem.replace(/^it /, '')}` }
  return {
    vendor,
    expiresAt: Math.min(...[...climbed, x509].map((one) => Date.parse(one.validTo))),
    serials: [...climbed, ...over].map(({ serialNumber }) => serialNumber),
    notBefore: Date.parse(climbed[0]!.validFrom),
  }
}

function problemOfTime(x509: X509Certificate, now: number): string | undefined {
  if (Date.parse(x509.validFrom) > now) return `it is not valid before ${x509.validFrom}`
  return Date.parse(x509.validTo) <= now ? `it expired on ${x509.validTo}` : undefined
}

const isIssued = (one: X509Certificate, issuer: X509Certificate): boolean =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey)

/** Whether the one whom it names belongs to the vendor that issued it, and it was not revoked. */
async function belongs(
  db: Db,
  name: Proven['name'],
  { vendor, expiresAt, serials, notBefore }: Issued,
  { x509 }: PeerCertificate,
): Promise<Proven | Unproven> {
  for (const serial of serials)
    if (await isCertificateRevoked(db, vendor, serial)) return { problem: `certificate ${serial} was revoked` }
  if (name.kind === 'vendor') {
    if (name.id !== vendor) return { problem: `it names vendor ${name.id}, but was issued by vendor ${vendor}` }
    const revokedAt = (await getVendor(db, vendor))?.revoked_at ?? null
    const isVoid = revokedAt !== null && notBefore <= Date.parse(revokedAt)
    return isVoid ? { problem: revokedLater(x509) } : { name, vendor, expiresAt }
  }
  const device = await accessOfDevice(db, name.id)
  if (!device) return { problem: `device ${name.id} is not registered` }
  if (device.vendor === null) return { problem: `device ${name.id} belongs to no vendor; name one in the registry` }
  if (device.vendor !== vendor)
    return { problem: `device ${name.id} is of another vendor than ${vendor}, which issued it` }
  if (device.revoked_at !== null && notBefore <= device.revoked_at) return { problem: revokedLater(x509) }
  return { name, vendor, expiresAt, device }
}

const revokedLater = ({ validFrom }: X509Certificate): string =>
  `access was revoked after it was issued (${validFrom}); issue a new one`
