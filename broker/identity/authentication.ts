import { createHash, timingSafeEqual } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import {
  administratorName,
  type PrincipalName,
  parsePrincipalKey,
  parseUserName,
  principalKey,
  userName,
} from '../../domain/principals.ts'
import { type CredentialRow, credentialById, credentialOf, principalOfToken } from '../../store/credentials.ts'
import { deviceByToken } from '../../store/devices.ts'
import type { Db } from '../../store/store.ts'
import { toldByMemory } from '../metrics.ts'
import type { PeerCertificate } from '../sockets/peer.ts'
import { openCertificates } from './certificates.ts'
import { openPatience } from './patience.ts'
import type { Authentication, Credential, Denial, Login, Principal, Verdict } from './principal.ts'
import type { Registry } from './registry.ts'
import { type Known, openRemembered } from './remembered.ts'

type Options = { db: Db; registry: Registry; clock: Clock; adminToken: string | undefined; log: Logger }

/** What changed in the registry, so that nothing older is gone by. */
export type IdentityChanges = {
  /** Counts up with each change; whoever asked the registry before and is let in after it must be looked at again. */
  readonly seen: number
  changed(key: string): void
  changedAll(): void
}

const noSuch = (): Denial => ({ code: 'unauthenticated', detail: 'there is no such name and token' })

/**
 * Asks the registry, and remembers whom it knew: while the database is away, a device that lost its line must still
 * get in with its SOS, and at once. Whatever changed meanwhile is heard of when it is back, and looked at then (changes.ts).
 * What was remembered is forgotten with the first change of it that is heard of; only what changes
 * just before the database goes away is taken for as long as that lasts.
 */
export function openAuthentication(options: Options): Authentication & IdentityChanges {
  const { db, registry, clock, log } = options
  const certificates = openCertificates(db)
  const remembered = openRemembered()
  const patience = openPatience(clock)
  const administrator = options.adminToken === undefined ? undefined : digestOf(options.adminToken)
  let seen = 0

  const isAdministrator = (token: string): boolean =>
    administrator !== undefined && timingSafeEqual(digestOf(token), administrator)

  function keep(proof: string, verdict: Verdict): Verdict {
    if (verdict.principal) remembered.add(proof, verdict)
    else remembered.forget(proof)
    return verdict
  }

  /** Asks, keeps who was let in, and goes by memory where nobody can be asked. */
  async function remembering(proof: string, name: string | undefined, ask: () => Promise<Verdict>): Promise<Verdict> {
    if (!knownAs(proof, name)) return keep(proof, await patience.ask(ask))
    const asked = patience.askBriefly(ask, (late) => {
      // One that lets in may have been true before a change that was heard of since; that change looks at him.
      if (!late.principal) remembered.forget(proof)
    })
    const verdict = await asked.catch((err) => void log.warn({ err }, 'registry not readable, told by memory'))
    if (verdict) return keep(proof, verdict)
    // Looked for again: meanwhile it may have been forgotten, because of a change.
    const known = knownAs(proof, name)
    if (!known) return keep(proof, await patience.ask(ask))
    toldByMemory.inc()
    return isOver(known.credential, clock.now()) ? expired() : known
  }

  function knownAs(proof: string, name: string | undefined): Known | undefined {
    const known = remembered.find(proof)
    return known && name !== undefined && name !== userName(known.principal) ? undefined : known
  }

  async function byToken(name: PrincipalName, token: string): Promise<Verdict> {
    if (name.kind === 'administrator') return byToken({ kind: 'device', id: administratorName }, token)
    const now = clock.now()
    if (name.kind === 'device') {
      const device = await deviceByToken(db, name.id, token, now)
      if (!device) return denied(name, token)
      return { principal: await registry.deviceOf(device), credential: tokenOf(device.credential, device.expires_at) }
    }
    const row = await credentialOf(db, principalKey(name), token, now)
    return row ? byRow(name, row) : denied(name, token)
  }

  async function byRow(name: PrincipalName, row: CredentialRow): Promise<Verdict> {
    const principal = await registry.principalOf(name)
    return principal ? { principal, credential: tokenOf(row.id, row.expires_at) } : noSuch()
  }

  /** One that has run out is told so: whoever has it knew it once, and can mend it. */
  async function denied(name: PrincipalName, token: string): Promise<Denial> {
    return (await credentialOf(db, principalKey(name), token, 0)) ? expired() : noSuch()
  }

  async function byCertificate(shown: PeerCertificate, name: string | undefined): Promise<Verdict> {
    const proven = await certificates.prove(shown, clock.now())
    if ('problem' in proven) return { code: 'certificate_refused', detail: proven.problem }
    if (name !== undefined && name !== userName(proven.name))
      return { code: 'certificate_refused', detail: `it is ${userName(proven.name)}'s, but the user name is another` }
    const { vendor, expiresAt, device } = proven
    const principal = device ? await registry.deviceOf(device) : await registry.principalOf(proven.name)
    return principal ? { principal, credential: { kind: 'certificate', vendor, shown, expiresAt } } : noSuch()
  }

  function isRemembered({ name, password, certificate }: Login): boolean {
    const proof = password === undefined ? certificate?.x509.fingerprint256 : proofOf(password)
    return proof !== undefined && knownAs(proof, name) !== undefined
  }

  async function login({ name, password, certificate }: Login): Promise<Verdict> {
    if (certificate && password === undefined)
      return remembering(certificate.x509.fingerprint256, name, () => byCertificate(certificate, name))
    const who = name === undefined ? undefined : parseUserName(name)
    if (!who || password === undefined) return { code: 'unauthenticated', detail: 'user name or token is missing' }
    if (who.kind === 'administrator' && isAdministrator(password)) return asAdministrator
    return remembering(proofOf(password), name, () => byToken(who, password))
  }

  async function bearer(token: string | undefined): Promise<Verdict> {
    if (token === undefined) return { code: 'unauthenticated', detail: 'the token is missing' }
    if (isAdministrator(token)) return asAdministrator
    return remembering(proofOf(token), undefined, async () => {
      const row = await principalOfToken(db, token, clock.now())
      const name = row && parsePrincipalKey(row.principal)
      if (name) return byRow(name, row)
      return (await principalOfToken(db, token, 0)) ? expired() : noSuch()
    })
  }

  async function again(principal: Principal, credential: Credential): Promise<Verdict> {
    if (credential.kind === 'administrator') return asAdministrator
    if (credential.kind === 'certificate') return byCertificate(credential.shown, userName(principal))
    const row = await credentialById(db, credential.id, clock.now())
    return row ? byRow(principal, row) : { code: 'unauthenticated', detail: 'the token was revoked' }
  }

  return {
    isRemembered,
    login,
    bearer,
    again,
    get seen() {
      return seen
    },
    changed(key) {
      seen++
      remembered.forgetPrincipal(key)
      const name = parsePrincipalKey(key)
      if (name?.kind !== 'vendor') return
      certificates.forgetAuthorities()
      remembered.forgetCertificates(name.id)
    },
    changedAll() {
      seen++
      remembered.forgetAll()
      certificates.forgetAuthorities()
    },
  }
}

const asAdministrator: Verdict = {
  principal: { kind: 'administrator' },
  credential: { kind: 'administrator', expiresAt: null },
}

const expired = (): Denial => ({ code: 'credential_expired', detail: 'the token has run out; use the newest one' })

const tokenOf = (id: string, expiresAt: number | null): Credential => ({ kind: 'token', id, expiresAt })

/** Whether a credential has run out at `now` (epoch ms). */
export const isOver = ({ expiresAt }: Credential, now: number): boolean => expiresAt !== null && expiresAt <= now

/** Of equal length whatever the token, so that comparing takes the same time for all. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
const proofOf = (token: string): string => digestOf(token).toString('base64')
