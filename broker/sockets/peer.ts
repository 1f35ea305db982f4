import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Who is at the other end of a connection, before it says who it is. `address` is its IP address. */
export type Peer = { address: string; certificate?: PeerCertificate }

/** The client certificate that was shown over TLS, of which only the key is proven. `chain`: it, and what was sent along. */
export type PeerCertificate = { x509: X509Certificate; chain: X509Certificate[] }

/** A socket's address in its one spelling: `::ffff:10.0.0.7` is `10.0.0.7`. Empty where the socket has gone already. */
export const addressOf = (remote: string | undefined): string => remote?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''

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
