import { createSecureContext, type SecureContext } from 'node:tls'
import { makeAuthority, makeServer, type Pair } from '../../domain/certificates.ts'
import type { Disguise } from './seen.ts'

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
  const stranger = await makeServer(await makeAuthority('Nobody knows this CA', { at }), hosts, { at })
  const misnamed = authority && (await makeServer(authority, [nobody], { at }))
  return {
    own: contextOf(server),
    stranger: contextOf(stranger),
    ...(misnamed && { misnamed: contextOf(misnamed) }),
  }
}

const contextOf = (pair: Pair): SecureContext => createSecureContext({ ...pair, minVersion: 'TLSv1.2' })
