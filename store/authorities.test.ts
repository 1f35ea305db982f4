import { sign, X509Certificate } from 'node:crypto'
import {
  BasicConstraintsExtension,
  X509Certificate as Readable,
  X509CertificateGenerator,
  type X509CrlEntryParams,
  X509CrlGenerator,
} from '@peculiar/x509'
import { beforeAll, expect, test } from 'vitest'
import { makeAuthority, makeClient, type Pair } from '../domain/certificates.ts'
import { systemClock } from '../domain/clock.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { type Authority, addAuthority, allAuthorities, listAuthorities, removeAuthority } from './authorities.ts'
import { changesAfter, lastChange } from './changes.ts'
import { serialOfCertificate, serialsOfCrl } from './crl.ts'
import { tags } from './der.ts'
import { isCertificateRevoked, listRevocations, revokeCertificates, serialOf } from './revocations.ts'
import type { Store } from './store.ts'
import { createVendor, deleteVendor } from './vendors.ts'

const now = systemClock.now()
const dayMs = 24 * 3_600_000
const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

let acme: Pair
let rsa: Pair
let client: Pair
beforeAll(async () => {
  acme = await makeAuthority('Acme devices', { at: now, kind: 'ec' })
  rsa = await makeAuthority('Acme old', { at: now, kind: 'rsa' })
  client = await makeClient(acme, 'watch-1', { at: now, kind: 'ec' })
})

async function vendors(store: Store): Promise<void> {
  await store.write(async (tx) => {
    for (const id of ['acme', 'other']) await createVendor(tx, { id, name: id }, now)
  })
}
const add = (store: Store, vendor: string, pem: string, at = now) =>
  store.write((tx) => addAuthority(tx, vendor, pem, at))

const bytesOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
const keyOf = ({ key }: Pair, hash: { name: string; namedCurve?: string; hash: string }) =>
  crypto.subtle.importKey('pkcs8', bytesOf(key), hash, false, ['sign'])

async function crl(
  issuer: Pair,
  entries: X509CrlEntryParams[],
  kind: 'ec' | 'rsa' = 'ec',
  next = true,
): Promise<string> {
  const label = kind === 'ec' ? 'X509 CRL-----' : 'CRL-----'
  const signing = kind === 'ec' ? algorithm : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }
  const list = await X509CrlGenerator.create({
    issuer: new Readable(issuer.cert).subject,
    thisUpdate: new Date(now),
    ...(next && { nextUpdate: new Date(now + dayMs) }),
    entries,
    signingKey: await keyOf(issuer, signing),
    signingAlgorithm: signing,
  })
  return list.toString('pem').replaceAll('CRL-----', label)
}

/** A CA certificate below another, or an expired one on its own. */
async function authorityBelow(issuer: Pair | undefined, notAfter: number): Promise<string> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const shared = {
    subject: 'CN=below',
    notBefore: new Date(now - 10 * dayMs),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  }
  const made = await X509CertificateGenerator.create(
    issuer
      ? { ...shared, issuer: new Readable(issuer.cert).subject, signingKey: await keyOf(issuer, algorithm) }
      : { ...shared, issuer: 'CN=below', signingKey: keys.privateKey },
  )
  return made.toString('pem')
}

onBothEngines((engine) => {
  test('a vendor’s authorities are taken as PEM, one or a chain, and once', async () => {
    const store = await engine.open()
    await vendors(store)
    const below = await authorityBelow(acme, now + dayMs)
    const added = await add(store, 'acme', `bag attributes\n${acme.cert}\n\n${below}`)
    expect(added.map(({ subject }) => subject).sort()).toEqual(['CN=Acme devices', 'CN=below'])
    const since = await lastChange(store.db)
    expect(await add(store, 'acme', acme.cert, now + 5)).toMatchObject([
      { subject: 'CN=Acme devices', created_at: now },
    ])
    expect(await changesAfter(store.db, since, 9)).toEqual([])
    const fingerprint = new X509Certificate(acme.cert).fingerprint256.replaceAll(':', '').toLowerCase()
    const kept = (await listAuthorities(store.db, 'acme')).find((authority) => authority.fingerprint === fingerprint)
    expect(new X509Certificate(kept!.pem).fingerprint256).toBe(new X509Certificate(acme.cert).fingerprint256)
    expect(kept!.not_after).toBe(Date.parse(new X509Certificate(acme.cert).validTo))
    expect(await allAuthorities(store.db)).toHaveLength(2)
    expect(await listAuthorities(store.db, 'other')).toEqual([])
  })

  test('what is no certificate, no CA, out of date or too many is refused, saying which', async () => {
    const store = await engine.open()
    await vendors(store)
    const broken = acme.cert.replace(/[A-Za-z0-9+/]{20}/, '!!!!!!!!!!!!!!!!!!!!')
    const many = Array.from({ length: limits.authoritiesPerVendor + 1 }, () => acme.cert).join('\n')
    const cases: [string, RegExp][] = [
      ['hello', /no certificate in PEM/],
      [acme.key, /no certificate in PEM/],
      [broken, /certificate 1 of the text cannot be read/],
      [client.cert, /CN=watch-1 is not a CA certificate/],
      [`${acme.cert}\n${client.cert}`, /CN=watch-1 is not a CA/],
      [await authorityBelow(undefined, now - 1_000), /CN=below expired on/],
      [many, /at most 10/],
    ]
    for (const [pem, says] of cases) {
      const refused = add(store, 'acme', pem)
      await expect(refused).rejects.toEqual(refusedWith('authority_invalid'))
      await expect(refused).rejects.toThrow(says)
    }
    expect(await allAuthorities(store.db)).toEqual([])
    await expect(add(store, 'no', acme.cert)).rejects.toEqual(refusedWith('not_found'))
  })

  test('two vendors share no authority, nor is one’s above or below the other’s', async () => {
    const store = await engine.open()
    await vendors(store)
    await add(store, 'acme', acme.cert)
    const below = await authorityBelow(acme, now + dayMs)
    for (const pem of [acme.cert, below])
      await expect(add(store, 'other', pem)).rejects.toEqual(refusedWith('authority_taken'))
    await store.write((tx) =>
      removeAuthority(tx, 'acme', new X509Certificate(acme.cert).fingerprint256.replaceAll(':', '').toLowerCase(), now),
    )
    await add(store, 'other', below)
    await expect(add(store, 'acme', acme.cert)).rejects.toEqual(refusedWith('authority_taken'))
    await add(store, 'acme', rsa.cert)
  })

  test('a vendor has so many authorities and no more', async () => {
    const store = await engine.open()
    await vendors(store)
    const below = () => authorityBelow(undefined, now + dayMs)
    for (let n = 0; n < limits.authoritiesPerVendor; n++) await add(store, 'acme', await below())
    await expect(add(store, 'acme', await below())).rejects.toThrow(/at most 10/)
    await add(store, 'other', await below())
  })

  test('taking an authority away is told to every broker, and goes with its vendor', async () => {
    const store = await engine.open()
    await vendors(store)
    const [added] = await add(store, 'acme', acme.cert)
    const since = await lastChange(store.db)
    const remove = (vendor: string) => store.write((tx) => removeAuthority(tx, vendor, added!.fingerprint, now))
    await expect(remove('other')).rejects.toEqual(refusedWith('not_found'))
    await remove('acme')
    await expect(remove('acme')).rejects.toEqual(refusedWith('not_found'))
    expect(await changesAfter(store.db, since, 9)).toMatchObject([{ kind: 'access', subject: 'vendor:acme' }])
    await add(store, 'other', rsa.cert)
    await store.write(async (tx) => {
      await revokeCertificates(tx, 'other', ['01'], now)
      await deleteVendor(tx, 'other', now)
    })
    expect(await allAuthorities(store.db)).toEqual([])
  })

  test('a certificate is revoked by its serial number, however that is written, for its vendor only', async () => {
    const store = await engine.open()
    await vendors(store)
    const revoke = (serial: string) => store.write((tx) => revokeCertificates(tx, 'acme', [serial], now))
    expect([await revoke('00:0a:ff'), await revoke('AFF'), await revoke('0')]).toEqual([1, 0, 1])
    const asked = ['0AFF', 'aff', '00', 'FF'].map((serial) => isCertificateRevoked(store.db, 'acme', serial))
    expect(await Promise.all(asked)).toEqual([true, true, true, false])
    expect(await isCertificateRevoked(store.db, 'other', 'AFF')).toBe(false)
    const unknown = store.write((tx) => revokeCertificates(tx, 'no', ['1'], now))
    await expect(unknown).rejects.toEqual(refusedWith('not_found'))
  })

  test('a long list of revocations is taken whole, told once, and listed in pages', async () => {
    const store = await engine.open()
    await vendors(store)
    const serials = Array.from({ length: 2_500 }, (_, n) => (n + 4_096).toString(16))
    const since = await lastChange(store.db)
    const revoke = () => store.write((tx) => revokeCertificates(tx, 'acme', [...serials, '1000'], now))
    expect([await revoke(), await revoke()]).toEqual([2_500, 0])
    expect(await changesAfter(store.db, since, 9)).toHaveLength(1)
    const first = await listRevocations(store.db, 'acme', { most: 2_000 })
    const rest = await listRevocations(store.db, 'acme', { most: 2_000, after: first.next! })
    expect([first.items.length, rest.items.length, rest.next]).toEqual([2_000, 500, null])
  })

  test('a revocation list counts when an authority of the vendor signed it, by an elliptic or an RSA key', async () => {
    const store = await engine.open()
    await vendors(store)
    await add(store, 'acme', `${rsa.cert}\n${acme.cert}`)
    const authorities = await listAuthorities(store.db, 'acme')
    const { serialNumber } = new X509Certificate(client.cert)
    const entries = [{ serialNumber, revocationDate: new Date(now) }, { serialNumber: '0a0b' }]
    const expected = [serialOf(serialNumber), 'A0B']
    expect(serialsOfCrl(await crl(acme, entries), authorities)).toEqual(expected)
    expect(serialsOfCrl(await crl(rsa, entries, 'rsa'), authorities)).toEqual(expected)
    expect(serialsOfCrl(await crl(acme, []), authorities)).toEqual([])
    expect(serialOfCertificate(client.cert, authorities)).toBe(serialOf(serialNumber))
  })

  test('a list or certificate of somebody else is refused, and so is what is neither', async () => {
    const store = await engine.open()
    await vendors(store)
    await add(store, 'acme', acme.cert)
    const authorities = await listAuthorities(store.db, 'acme')
    // The same name, another key: the name alone proves nothing.
    const impostor = await makeAuthority('Acme devices', { at: now, kind: 'ec' })
    const foreign = await crl(impostor, [{ serialNumber: '01' }])
    const good = await crl(acme, [{ serialNumber: '01' }])
    const forged = `-----BEGIN X509 CRL-----\n${flipped(bytesOf(good)).toString('base64')}\n-----END X509 CRL-----`
    const endless = await crl(acme, [{ serialNumber: '01' }], 'ec', false)
    for (const pem of [
      foreign,
      forged,
      endless,
      'hello',
      acme.cert,
      '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----',
    ])
      expect(() => serialsOfCrl(pem, authorities)).toThrow(refusedWith('revocation_invalid'))
    const theirs = await makeClient(impostor, 'watch-1', { at: now, kind: 'ec' })
    for (const pem of [theirs.cert, 'hello'])
      expect(() => serialOfCertificate(pem, authorities)).toThrow(refusedWith('revocation_invalid'))
  })
})

test('a revocation list may name so many, each with its reason; one more is too many', () => {
  const authorities = [{ pem: acme.cert } as Authority]
  const serials = serialsOfCrl(crlOf(limits.revocationsPerList), authorities)
  expect(serials).toHaveLength(limits.revocationsPerList)
  expect([serials[0], serials.at(-1)]).toEqual([
    '7A000000',
    (0x7a000000 + limits.revocationsPerList - 1).toString(16).toUpperCase(),
  ])
  expect(() => serialsOfCrl(crlOf(limits.revocationsPerList + 1), authorities)).toThrow(/names at most 20000/)
})

test('a revocation list that is cut off anywhere is refused as one', () => {
  const whole = bytesOf(crlOf(1))
  for (let length = 0; length < whole.length; length++)
    expect(() => serialsOfCrl(pemOf(whole.subarray(0, length)), []), `${length} bytes`).toThrow(/revocation_invalid/)
})

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.from([tag, content.length, ...content])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length)
  return Buffer.concat([Buffer.from([tag, 0x84]), size, content])
}
const pemOf = (list: Buffer) => `-----BEGIN X509 CRL-----\n${list.toString('base64')}\n-----END X509 CRL-----`

/** A list with entries such as OpenSSL writes them, each with the reason keyCompromise. */
function crlOf(count: number): string {
  const { sequence, integer, bits, utcTime } = tags
  const time = der(utcTime, Buffer.from('261122000000Z'))
  const reason = der(sequence, der(sequence, Buffer.from('0603551d1504030a0101', 'hex')))
  const serial = (n: number) => der(integer, Buffer.from((0x7a000000 + n).toString(16), 'hex'))
  const entries = Array.from({ length: count }, (_, n) => der(sequence, serial(n), time, reason))
  const ecdsaWithSha256 = der(sequence, Buffer.from('06082a8648ce3d040302', 'hex'))
  const version = der(integer, Buffer.from([1]))
  const named = der(sequence, version, ecdsaWithSha256, der(sequence), time, time, der(sequence, ...entries))
  const signature = der(bits, Buffer.from([0]), sign('sha256', named, acme.key))
  return pemOf(der(sequence, named, ecdsaWithSha256, signature))
}

/** One bit of the list itself changed, in the middle of the dates. */
function flipped(der: Buffer): Buffer {
  const copy = Buffer.from(der)
  const at = copy.indexOf(Buffer.from('Z')) - 1
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
