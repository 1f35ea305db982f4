import { X509Certificate } from 'node:crypto'
import type { Selectable } from 'kysely'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { announce } from './changes.ts'
import { mustExist } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'
import { vendorKey } from './vendors.ts'

/** `fingerprint`: SHA-256 in hex; instants in epoch ms. */
export type Authority = Selectable<Database['authorities']>

/**
 * Takes one CA certificate of a vendor, or a chain of them (PEM); those that it has already stay as they are. Throws
 * `not_found` (vendor), `authority_invalid` (not PEM, not a CA, out of date, too many), `authority_taken` where
 * certificates could not be told apart from another vendor's.
 */
export async function addAuthority(tx: Tx, vendor: string, pem: string, now: number): Promise<Authority[]> {
  await mustExist(tx, 'vendors', vendor)
  const given = certificatesIn(pem)
  for (const certificate of given) mustBeAuthority(certificate, now)
  const known = await allAuthorities(tx)
  const taken = given.map((certificate) => authorityOf(vendor, certificate, now))
  for (const [i, certificate] of given.entries()) mustBeOwn(vendor, certificate, taken[i]!.fingerprint, known)
  const fresh = taken.filter(({ fingerprint }) => !known.some((other) => other.fingerprint === fingerprint))
  const own = known.filter((other) => other.vendor === vendor)
  if (own.length + fresh.length > limits.authoritiesPerVendor)
    throw new VigilError('authority_invalid', `a vendor has at most ${limits.authoritiesPerVendor} authorities`)
  if (fresh.length > 0) {
    await tx.insertInto('authorities').values(fresh).execute()
    await announce(tx, { kind: 'access', subject: vendorKey(vendor), at: now })
  }
  const prints = taken.map(({ fingerprint }) => fingerprint)
  return (await listAuthorities(tx, vendor)).filter(({ fingerprint }) => prints.includes(fingerprint))
}

/** The authorities of a vendor, by fingerprint. */
export function listAuthorities(db: Db, vendor: string): Promise<Authority[]> {
  return db.selectFrom('authorities').selectAll().where('vendor', '=', vendor).orderBy('fingerprint').execute()
}

/** The authorities of all vendors, by fingerprint. */
export function allAuthorities(db: Db): Promise<Authority[]> {
  return db.selectFrom('authorities').selectAll().orderBy('fingerprint').execute()
}

/** Takes an authority away, and with it every client certificate that it issued. Throws `not_found`. */
export async function removeAuthority(tx: Tx, vendor: string, fingerprint: string, now: number): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('authorities')
    .where('vendor', '=', vendor)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) throw new VigilError('not_found', `vendor ${vendor} has no authority ${fingerprint}`)
  await announce(tx, { kind: 'access', subject: vendorKey(vendor), at: now })
}

/** The certificates of a PEM text. Throws `authority_invalid`. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0)
    throw new VigilError('authority_invalid', 'no certificate in PEM (-----BEGIN CERTIFICATE-----) was found')
  if (blocks.length > limits.authoritiesPerVendor)
    throw new VigilError('authority_invalid', `a vendor has at most ${limits.authoritiesPerVendor} authorities`)
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block)
    } catch (error) {
      throw new VigilError('authority_invalid', `certificate ${i + 1} of the text cannot be read`, { cause: error })
    }
  })
}

function mustBeAuthority(certificate: X509Certificate, now: number): void {
  const name = nameOf(certificate)
  if (!certificate.ca)
    throw new VigilError('authority_invalid', `${name} is not a CA certificate (basicConstraints CA:TRUE is missing)`)
  if (Date.parse(certificate.validTo) <= now)
    throw new VigilError('authority_invalid', `${name} expired on ${certificate.validTo}`)
}

/** Neither another vendor's certificate nor above or below one: a device would pass for the wrong vendor's. */
function mustBeOwn(vendor: string, certificate: X509Certificate, fingerprint: string, known: Authority[]): void {
  for (const other of known) {
    if (other.vendor === vendor) continue
    if (other.fingerprint === fingerprint)
      throw new VigilError('authority_taken', `${nameOf(certificate)} belongs to vendor ${other.vendor}`)
    const theirs = new X509Certificate(other.pem)
    if (issued(theirs, certificate) || issued(certificate, theirs))
      throw new VigilError('authority_taken', `${nameOf(certificate)} is above or below one of vendor ${other.vendor}`)
  }
}

const issued = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

const authorityOf = (vendor: string, certificate: X509Certificate, now: number): Authority => ({
  fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  vendor,
  subject: nameOf(certificate),
  pem: certificate.toString().trim(),
  not_after: Date.parse(certificate.validTo),
  created_at: now,
})

/** On one line: `CN=Acme devices, O=Acme`. */
const nameOf = ({ subject }: X509Certificate): string =>
  (subject || 'a certificate without a name').replaceAll('\n', ', ')
