import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeClient, makeServer, type Pair } from '../../domain/certificates.ts'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { addAuthority, removeAuthority } from '../../store/authorities.ts'
import { createDevice, registerDevice, revokeDevice, rotateToken } from '../../store/devices.ts'
import { openStore } from '../../store/open.ts'
import { revokeCertificates } from '../../store/revocations.ts'
import type { Store } from '../../store/store.ts'
import { createVendor, revokeVendor } from '../../store/vendors.ts'
import { makeBelow } from '../../test/tls_parts.ts'
import type { PeerCertificate } from '../sockets/peer.ts'
import { type Identity, openIdentity } from './identity.ts'

const at = systemClock.now()
const day = 24 * 3_600_000
let now = at
const clock: Clock = { ...systemClock, now: () => now }
const making = { at, kind: 'ec' } as const

let data: string
let store: Store
let identity: Identity
let acme: Pair
let bolt: Pair
let stranger: Pair
let namesake: Pair
let factory: Pair
let notCa: Pair

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-certificates-'))
  store = await openStore({ data, clock })
  acme = await makeAuthority('acme root', making)
  bolt = await makeAuthority('bolt root', making)
  stranger = await makeAuthority('stranger root', making)
  namesake = await makeAuthority('acme root', making)
  factory = await makeBelow(acme, 'acme factory', at)
  notCa = await makeBelow(acme, 'watch-2', at, false)
  await store.write(async (tx) => {
    for (const id of ['acme', 'bolt']) await createVendor(tx, { id, name: id }, at)
    await addAuthority(tx, 'acme', acme.cert, at)
    await addAuthority(tx, 'bolt', bolt.cert, at)
    for (const id of ['watch-1', 'watch-2', 'gateway-1']) await registerDevice(tx, { id, vendor: 'acme' }, at)
    await registerDevice(tx, { id: 'mat-1', vendor: 'acme', gateway: 'gateway-1' }, at)
    await registerDevice(tx, { id: 'bolt-1', vendor: 'bolt' }, at)
    await registerDevice(tx, { id: 'orphan', gateway: null }, at)
  })
  identity = openIdentity({ store, clock, adminToken: undefined, log: pino({ level: 'silent' }) })
})
afterAll(async () => {
  await store.close()
  await rm(data, { recursive: true })
})

const shownOf = (...pems: string[]): PeerCertificate => {
  const chain = pems.map((pem) => new X509Certificate(pem))
  return { x509: chain[0]!, chain }
}
const login = (certificate: PeerCertificate, name?: string) =>
  identity.login({ name, password: undefined, certificate })

describe('a client certificate', () => {
  it.each(['watch-1', 'vendor/acme'])('is taken for whom its vendor issued it: %s', async (name) => {
    const shown = shownOf((await makeClient(acme, name, making)).cert)
    for (const user of [undefined, name]) {
      const { principal } = await login(shown, user)
      expect(principal).toMatchObject(
        name === 'watch-1' ? { kind: 'device', id: name } : { kind: 'vendor', id: 'acme' },
      )
    }
  })

  it('of a gateway or a vendor lets it speak for its children', async () => {
    const gateway = await login(shownOf((await makeClient(acme, 'gateway-1', making)).cert))
    expect(gateway.principal).toMatchObject({ children: new Map([['mat-1', expect.any(Number)]]) })
    const vendor = await login(shownOf((await makeClient(acme, 'vendor/acme', making)).cert))
    const children = vendor.principal?.kind === 'vendor' ? [...vendor.principal.children.keys()] : []
    expect(children.sort()).toEqual(['gateway-1', 'mat-1', 'watch-1', 'watch-2'])
  })

  it('is taken through an intermediate that was sent along, and only with it', async () => {
    const { cert } = await makeClient(factory, 'watch-1', making)
    expect((await login(shownOf(cert, factory.cert))).principal).toMatchObject({ id: 'watch-1' })
    expect((await login(shownOf(cert, stranger.cert, factory.cert, acme.cert))).principal).toMatchObject({
      id: 'watch-1',
    })
    expect(await login(shownOf(cert))).toMatchObject({ detail: expect.stringContaining("no vendor's authority") })
  })

  it('ends with the first of its chain', async () => {
    const { cert } = await makeClient(factory, 'watch-1', making)
    const { credential } = (await login(shownOf(cert, factory.cert))) as { credential: { expiresAt: number } }
    expect(credential.expiresAt).toBe(Date.parse(new X509Certificate(factory.cert).validTo))
  })

  it('does not count beside a token, which decides alone', async () => {
    const { token } = await store.write((tx) => createDevice(tx, { id: 'watch-3' }, at))
    const certificate = shownOf((await makeClient(acme, 'watch-1', making)).cert)
    const own = await identity.login({ name: 'watch-3', password: token, certificate })
    expect(own.principal).toMatchObject({ id: 'watch-3' })
    expect(await identity.login({ name: 'watch-1', password: 'wrong', certificate })).toMatchObject({
      code: 'unauthenticated',
    })
  })

  it.each<[string, string, () => Promise<PeerCertificate>, string?]>([
    ['names nobody', 'its subject', async () => shownOf((await makeClient(acme, 'no such name', making)).cert)],
    ['names the administrator', 'its subject', async () => shownOf((await makeClient(acme, 'admin', making)).cert)],
    [
      'names an integration',
      'its subject',
      async () => shownOf((await makeClient(acme, 'integration/x', making)).cert),
    ],
    ['names several', 'its subject', async () => shownOf(await twoNames())],
    ['is a server', 'not for clients', async () => shownOf((await makeServer(acme, ['watch-1'], making)).cert)],
    [
      'is of a strange CA',
      "no vendor's authority",
      async () => shownOf((await makeClient(stranger, 'watch-1', making)).cert),
    ],
    [
      'is of a CA of the same name',
      "no vendor's authority",
      async () => shownOf((await makeClient(namesake, 'watch-1', making)).cert, acme.cert),
    ],
    [
      'is signed by itself',
      "no vendor's authority",
      async () => shownOf((await makeAuthority('watch-1', making)).cert),
    ],
    [
      'was issued by a device',
      "no vendor's authority",
      async () => shownOf((await makeClient(notCa, 'watch-1', making)).cert, notCa.cert),
    ],
    [
      'is of another vendor',
      'of another vendor',
      async () => shownOf((await makeClient(bolt, 'watch-1', making)).cert),
    ],
    [
      'is of another account',
      'names vendor acme',
      async () => shownOf((await makeClient(bolt, 'vendor/acme', making)).cert),
    ],
    [
      'is of nobody registered',
      'not registered',
      async () => shownOf((await makeClient(acme, 'watch-9', making)).cert),
    ],
    [
      'is of a device without vendor',
      'belongs to no vendor',
      async () => shownOf((await makeClient(acme, 'orphan', making)).cert),
    ],
    [
      'is over',
      'expired on',
      async () => shownOf((await makeClient(acme, 'watch-1', { ...making, at: at - 800 * day })).cert),
    ],
    [
      'is not yet valid',
      'not valid before',
      async () => shownOf((await makeClient(acme, 'watch-1', { ...making, at: at + 3 * day })).cert),
    ],
    [
      'comes under another name',
      "'s, but the user name",
      async () => shownOf((await makeClient(acme, 'watch-1', making)).cert),
      'watch-2',
    ],
  ])('that %s is refused: %s', async (_what, detail, make, user) => {
    expect(await login(await make(), user)).toEqual({
      code: 'certificate_refused',
      detail: expect.stringContaining(detail),
    })
  })

  it('is looked for no further than a factory goes', async () => {
    const chain = [acme]
    for (let n = 0; n < 5; n++) {
      const below = await makeBelow(chain[0]!, `below ${n}`, at)
      chain.unshift(below)
    }
    const { cert } = await makeClient(chain[0]!, 'watch-1', making)
    expect(await login(shownOf(cert, ...chain.map((one) => one.cert)))).toMatchObject({ code: 'certificate_refused' })
    const shorter = await makeClient(chain[2]!, 'watch-1', making)
    expect((await login(shownOf(shorter.cert, ...chain.map((one) => one.cert)))).principal).toBeDefined()
  })
})

async function twoNames(): Promise<string> {
  const names = ['watch-1', 'watch-2'].map((value) => ({ name: 'commonName', value }))
  return (await generate(names, { algorithm: 'sha256', keyType: 'ec', ca: acme })).cert
}

describe('a certificate whose standing changed', () => {
  /** The change is heard of, as `changes.ts` hears of it. */
  const changed = (key: string) => identity.changed(key)

  it('is void by its serial number, and by that of its intermediate', async () => {
    const one = shownOf((await makeClient(acme, 'watch-1', making)).cert)
    const other = shownOf((await makeClient(acme, 'watch-1', making)).cert)
    await store.write((tx) => revokeCertificates(tx, 'acme', [one.x509.serialNumber], at))
    expect(await login(one)).toMatchObject({ code: 'certificate_refused', detail: expect.stringContaining('revoked') })
    expect((await login(other)).principal).toBeDefined()
    const below = await makeBelow(acme, 'another factory', at)
    const device = shownOf((await makeClient(below, 'watch-1', making)).cert, below.cert)
    expect((await login(device)).principal).toBeDefined()
    await store.write((tx) => revokeCertificates(tx, 'acme', [device.chain[1]!.serialNumber], at))
    expect(await login(device)).toMatchObject({ code: 'certificate_refused' })
  })

  it('is void where one of the CAs above it was revoked, which are authorities too', async () => {
    const upper = await makeBelow(acme, 'upper', at)
    const lower = await makeBelow(upper, 'lower', at)
    await store.write((tx) => addAuthority(tx, 'acme', `${upper.cert}\n${lower.cert}`, at))
    changed('vendor:acme')
    const device = shownOf((await makeClient(lower, 'watch-1', making)).cert)
    const direct = shownOf((await makeClient(acme, 'watch-1', making)).cert)
    expect((await login(device)).principal).toMatchObject({ id: 'watch-1' })
    const revoke = (pem: string) =>
      store.write((tx) => revokeCertificates(tx, 'acme', [new X509Certificate(pem).serialNumber], at))
    await revoke(acme.cert)
    expect((await login(device)).principal).toMatchObject({ id: 'watch-1' })
    await revoke(upper.cert)
    expect(await login(device)).toMatchObject({ detail: expect.stringContaining('revoked') })
    expect((await login(direct)).principal).toMatchObject({ id: 'watch-1' })
  })

  it('is void where its device was revoked after it was issued; a newer one and a token work', async () => {
    const old = shownOf((await makeClient(acme, 'watch-2', making)).cert)
    await store.write((tx) => revokeDevice(tx, 'watch-2', at))
    expect(await login(old)).toMatchObject({ detail: expect.stringContaining('issue a new one') })
    now = at + 2 * day
    const fresh = shownOf((await makeClient(acme, 'watch-2', { ...making, at: now })).cert)
    expect((await login(fresh)).principal).toMatchObject({ id: 'watch-2' })
    now = at
    const { token } = await store.write((tx) => rotateToken(tx, 'watch-2', at))
    expect((await identity.login({ name: 'watch-2', password: token })).principal).toBeDefined()
  })

  it("is void where the vendor's account was revoked, which leaves its devices alone", async () => {
    const account = shownOf((await makeClient(acme, 'vendor/acme', making)).cert)
    const device = shownOf((await makeClient(acme, 'watch-1', making)).cert)
    await store.write((tx) => revokeVendor(tx, 'acme', at))
    expect(await login(account)).toMatchObject({ code: 'certificate_refused' })
    expect((await login(device)).principal).toBeDefined()
  })

  it('is void when its authority is taken away; one that is added counts at the next change', async () => {
    const { cert } = await makeClient(stranger, 'bolt-1', making)
    expect(await login(shownOf(cert))).toMatchObject({ code: 'certificate_refused' })
    const [added] = await store.write((tx) => addAuthority(tx, 'bolt', stranger.cert, at))
    changed('vendor:bolt')
    expect((await login(shownOf(cert))).principal).toMatchObject({ id: 'bolt-1' })
    await store.write((tx) => removeAuthority(tx, 'bolt', added!.fingerprint, at))
    changed('vendor:bolt')
    expect(await login(shownOf(cert))).toMatchObject({ code: 'certificate_refused' })
  })
})
