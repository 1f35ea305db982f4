import { X509Certificate } from 'node:crypto'
import { X509Certificate as Readable, X509Crl } from '@peculiar/x509'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Authority } from './authorities.ts'
import { serialOf } from './revocations.ts'

/**
 * The serial numbers that a certificate revocation list (PEM) names, once one of these authorities is found to have
 * signed it. An old list is taken too: what was revoked stays so. Throws `revocation_invalid`.
 */
export async function serialsOfCrl(pem: string, authorities: Authority[]): Promise<string[]> {
  const list = listIn(pem)
  if (!(await isSignedByOne(list, authorities)))
    throw new VigilError('revocation_invalid', 'no authority of this vendor signed the revocation list')
  // RFC 5280 asks for it, and @peculiar/x509 1.14 reads a list without it as one that names nobody.
  if (!list.nextUpdate)
    throw new VigilError('revocation_invalid', 'the revocation list does not say when the next one comes (nextUpdate)')
  const serials = list.entries.map(({ serialNumber }) => serialOf(serialNumber))
  if (serials.length > limits.revocationsPerList)
    throw new VigilError('revocation_invalid', `a list names at most ${limits.revocationsPerList} certificates`)
  return serials
}

/** The serial number of a certificate (PEM) that one of these authorities issued. Throws `revocation_invalid`. */
export function serialOfCertificate(pem: string, authorities: Authority[]): string {
  const certificate = certificateIn(pem)
  const issuers = authorities.map((authority) => new X509Certificate(authority.pem))
  if (!issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
    throw new VigilError('revocation_invalid', 'no authority of this vendor issued the certificate')
  return serialOf(certificate.serialNumber)
}

function listIn(pem: string): X509Crl {
  try {
    // RFC 7468 says `X509 CRL`; some libraries write `CRL`.
    if (!/-----BEGIN (X509 )?CRL-----/.test(pem)) throw new Error('no PEM of a revocation list')
    return new X509Crl(pem)
  } catch (cause) {
    const what = 'not a certificate revocation list in PEM (-----BEGIN X509 CRL-----)'
    throw new VigilError('revocation_invalid', what, { cause })
  }
}

function certificateIn(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new VigilError('revocation_invalid', 'not a certificate in PEM (-----BEGIN CERTIFICATE-----)', { cause })
  }
}

/** A key of another kind than the signature is an error to the library; to us it is one that did not sign. */
async function isSignedByOne(list: X509Crl, authorities: Authority[]): Promise<boolean> {
  for (const { pem } of authorities) {
    const { publicKey } = new Readable(pem)
    if (await list.verify({ publicKey }).catch(() => false)) return true
  }
  return false
}
