import type { X509Certificate } from 'node:crypto'

/** Who is at the other end of a connection, before it says who it is. `address` is its IP address. */
export type Peer = { address: string; certificate?: PeerCertificate }

/** The client certificate that was shown over TLS. `chain` begins with it; `problem` is why TLS did not trust it. */
export type PeerCertificate = { x509: X509Certificate; chain: X509Certificate[]; problem?: string }
