import { constants, type X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { addressOf } from '../../domain/addresses.ts'
import { limits } from '../../domain/limits.ts'
import { type ServerCertificate, tlsSettings } from '../../domain/tls.ts'
import { connects, cut } from '../metrics.ts'
import { openCrowd } from './crowd.ts'
import type { Peer } from './peer.ts'

export type TlsOptions = {
  certificate: ServerCertificate
  /** A connection whose handshake is over. Whether its certificate is good for anything is for others to decide. */
  onSecure(socket: TLSSocket, peer: Peer): void
  log: Logger
  /** A handshake that takes longer is cut. */
  handshakeMs?: number
}

export type Tls = {
  /** Takes a TCP connection over and shakes hands on it. */
  take(socket: Socket): void
  /** Cuts whatever is still open. */
  close(): void
}

/**
 * TLS for the front door. It asks every client for a certificate and requires none. Sessions are not resumed: a resumed
 * one would bring neither the certificate's chain nor a look at the authorities of today, and a handshake is cheap.
 *
 * It knows no authorities of vendors: it makes sure that the client has the key, and certificates.ts judges the rest. Of
 * a certificate that it trusts, Node tells nothing of the CAs that the client sent along.
 */
export function openTls(options: TlsOptions): Tls {
  const { certificate, log } = options
  const open = new Set<Socket>()
  const handshakes = openCrowd({ onShed: () => cut.inc({ reason: 'tls_handshakes_too_many' }) })
  const context = () => ({
    ...tlsSettings,
    ...certificate.current(),
    ca: [],
    secureOptions: constants.SSL_OP_NO_TICKET,
  })
  const server = createServer({
    ...context(),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: options.handshakeMs ?? limits.tlsHandshakeMs,
  })
  server.on('secureConnection', (socket) => {
    handshakes.left(socket)
    options.onSecure(socket, peerOf(socket))
  })
  server.on('tlsClientError', (err: NodeJS.ErrnoException, socket) => {
    if (err.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') cut.inc({ reason: 'tls_handshake_late' })
    else connects.inc({ result: 'tls_failed' })
    log.debug({ err }, 'no TLS with a client')
    socket.destroy()
  })
  const forget = certificate.onChange(() => server.setSecureContext(context()))

  return {
    take(socket) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      // Before TLS takes it over and has listeners of its own, and after it let go.
      socket.on('error', () => socket.destroy())
      handshakes.opened(socket)
      server.emit('connection', socket)
    },
    close() {
      forget()
      for (const socket of open) socket.destroy()
    },
  }
}

function peerOf(socket: TLSSocket): Peer {
  const address = addressOf(socket.remoteAddress)
  const x509 = socket.getPeerX509Certificate()
  return x509 ? { address, certificate: { x509, chain: chainOf(x509) } } : { address }
}

/** The certificate and those that came with it, no more than may lie between it and an authority. */
function chainOf(x509: X509Certificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  let next: X509Certificate | undefined = x509
  while (next && chain.length < limits.certificateChain) {
    chain.push(next)
    next = next.issuerCertificate
  }
  return chain
}
