import { verify, X509Certificate } from 'node:crypto'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Authority } from './authorities.ts'
import { type Element, elementsIn, tags } from './der.ts'
import { serialOf } from './revocations.ts'

/**
 * The serial numbers that a certificate revocation list (PEM) names, once one of these authorities is found to have
 * signed it. An old list is taken too: what was revoked stays so. Throws `revocation_invalid`.
 *
 * Read by hand and element by element, because the process that makes tickets reads it: a library that first makes a
 * tree of it takes seconds for as many as one list may name, and gave up at a thousand of them.
 */
export function serialsOfCrl(pem: string, authorities: Authority[]): string[] {
  const list = listIn(pem)
  if (!isSignedByOne(list, authorities))
    throw new VigilError('revocation_invalid', 'no authority of this vendor signed the revocation list')
  // RFC 5280 asks for it: a list without it does not tell when it is out of date.
  if (!list.hasNext)
    throw new VigilError('revocation_invalid', 'the revocation list does not say when the next one comes (nextUpdate)')
  if (list.serials.length > limits.revocationsPerList)
    throw new VigilError('revocation_invalid', `a list names at most ${limits.revocationsPerList} certificates`)
  return list.serials
}

/** The serial number of a certificate (PEM) that one of these authorities issued. Throws `revocation_invalid`. */
export function serialOfCertificate(pem: string, authorities: Authority[]): string {
  const certificate = certificateIn(pem)
  const issuers = authorities.map((authority) => new X509Certificate(authority.pem))
  if (!issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
    throw new VigilError('revocation_invalid', 'no authority of this vendor issued the certificate')
  return serialOf(certificate.serialNumber)
}

/** `signed`: the bytes that the signature is over; `hash` as Node calls it, null where the signature has its own. */
type List = { signed: Buffer; hash: string | null; signature: Buffer; hasNext: boolean; serials: string[] }

function listIn(pem: string): List {
  try {
    // RFC 7468 says `X509 CRL`; some libraries write `CRL`.
    const base64 = /-----BEGIN (?:X509 )?CRL-----([^-]*)-----END/.exec(pem)?.[1]
    if (base64 === undefined) throw new Error('no PEM of a revocation list')
    return listOf(Buffer.from(base64, 'base64'))
  } catch (cause) {
    const what = 'not a certificate revocation list in PEM (-----BEGIN X509 CRL-----)'
    throw new VigilError('revocation_invalid', what, { cause })
  }
}

/** RFC 5280, 5.1: `CertificateList`, and in it `TBSCertList`. */
function listOf(der: Buffer): List {
  const [outer] = elementsIn(der)
  const [list, algorithm, signature] = elementsIn(contentOf(outer, tags.sequence))
  const parts = [...elementsIn(contentOf(list, tags.sequence))]
  // Version 1 says no version.
  if (parts[0]?.tag === tags.integer) parts.shift()
  const [inner, issuer, thisUpdate, ...rest] = parts
  contentOf(issuer, tags.sequence)
  if (!isTime(thisUpdate) || !inner || !algorithm?.whole.equals(inner.whole)) throw new Error('not a revocation list')
  const hasNext = isTime(rest[0])
  const revoked = hasNext ? rest[1] : rest[0]
  const [oid] = elementsIn(algorithm.content)
  return {
    signed: list!.whole,
    hash: hashOf(contentOf(oid, tags.oid)),
    // Its first byte tells how many bits of the last one do not count: none.
    signature: contentOf(signature, tags.bits).subarray(1),
    hasNext,
    serials: revoked?.tag === tags.sequence ? [...elementsIn(revoked.content)].map(serialIn) : [],
  }
}

function serialIn({ tag, content }: Element): string {
  if (tag !== tags.sequence) throw new Error('not an entry of a revocation list')
  const [serial] = elementsIn(content)
  return serialOf(contentOf(serial, tags.integer).toString('hex'))
}

const isTime = (element: Element | undefined): boolean => element?.tag === tags.utcTime || element?.tag === tags.time

function contentOf(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new Error(`not an element with the tag ${tag}`)
  return element.content
}

/** The algorithms of RFC 3279, 4055, 5758 and 8410 that are not broken, by their identifiers in hex. */
const hashes: Record<string, string | null> = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
}

function hashOf(oid: Buffer): string | null {
  const hash = hashes[oid.toString('hex')]
  if (hash === undefined) throw new Error('signed by an algorithm that is not known')
  return hash
}

function certificateIn(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new VigilError('revocation_invalid', 'not a certificate in PEM (-----BEGIN CERTIFICATE-----)', { cause })
  }
}

/** A key of another kind than the signature is an error to Node; to us it is one that did not sign. */
function isSignedByOne({ signed, hash, signature }: List, authorities: Authority[]): boolean {
  return authorities.some(({ pem }) => {
    try {
      return verify(hash, signed, new X509Certificate(pem).publicKey, signature)
    } catch {
      return false
    }
  })
}
