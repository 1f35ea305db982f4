import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { addressOf } from '../../domain/addresses.ts'

/** Who is at the other end of a connection, before it says who it is. `address` is its IP address. */
export type Peer = { address: string; certificate?: PeerCertificate }

/** The client certificate that was shown over TLS, of which only the key is proven. `chain`: it, and what was sent along. */
export type PeerCertificate = { x509: X509Certificate; chain: X509Certificate[] }

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')

/**
 * Where a request comes from. The api process passes on what reaches it, with the address in `x-forwarded-for`; that is
 * believed on loopback alone, where only the processes of this machine are.
 */
export function addressOfRequest({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const own = addressOf(socket.remoteAddress)
  const told = addressOf(String(headers['x-forwarded-for'] ?? ''))
  return isLoopback(own) && isIP(told) ? told : own
}
