import type { ErrorCode } from '../../domain/errors.ts'
import { principalKey, userName } from '../../domain/principals.ts'
import type { PeerCertificate } from '../sockets/peer.ts'

/** The devices for which an account may speak, and their partitions. It changes while it is held. */
export type Children = ReadonlyMap<string, number>

/** When the account was registered (epoch ms): what is kept of one that had its id before is not its own. */
type Registered = { createdAt?: number }
/** `partition`: that of its home, or its own where it belongs to none. `children`: only of a gateway. */
export type DevicePrincipal = Registered & {
  kind: 'device'
  id: string
  partition: number
  vendor?: string
  children?: Children
}
export type VendorPrincipal = Registered & { kind: 'vendor'; id: string; children: Children }
/** `area`: whose tickets it may read, with all areas below; null where it may read all. `withoutTickets`: its scope lets
 *  it read none. */
export type IntegrationPrincipal = Registered & {
  kind: 'integration'
  id: string
  area: string | null
  withoutTickets?: true
}

/** Who speaks on a connection. An administrator may speak for any device: bridges, tools and tests do. */
export type Principal = DevicePrincipal | VendorPrincipal | IntegrationPrincipal | { kind: 'administrator' }

/** How a principal is named in the ids of its sessions, in credentials, changes and the audit; without a slash. */
export const keyOf = (principal: Principal): string => principalKey(principal)

/** How a principal is named in the journal: by its user name; an administrator, who speaks for others, not at all. */
export const speakerOf = (principal: Principal): string | undefined =>
  principal.kind === 'administrator' ? undefined : userName(principal)

/** By what somebody was let in. `expiresAt` in epoch ms; null where it does not end. */
export type Credential =
  | { kind: 'token'; id: string; expiresAt: number | null }
  | { kind: 'certificate'; vendor: string; shown: PeerCertificate; expiresAt: number }
  | { kind: 'administrator'; expiresAt: null }

/** What a client says of itself, and the certificate that it showed over TLS. */
export type Login = {
  name: string | undefined
  password: string | undefined
  certificate?: PeerCertificate | undefined
}

/** `code`: unauthenticated, credential_expired, certificate_refused; `detail` says what to mend. */
export type Denial = { principal?: undefined; code: ErrorCode; detail: string }
export type Verdict = { principal: Principal; credential: Credential } | Denial

/** Tells who comes. Rejects where the registry cannot be read and the one who comes is not remembered either. */
export type Authentication = {
  /** Whether memory can tell who comes, should the registry not answer. */
  isRemembered(login: Login): boolean
  login(login: Login): Promise<Verdict>
  /** By a token alone, as HTTP has it. */
  bearer(token: string | undefined): Promise<Verdict>
  /** What has become of somebody who was let in. */
  again(principal: Principal, credential: Credential): Promise<Verdict>
}
