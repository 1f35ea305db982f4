import { constants, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { limits } from '../domain/limits.ts'
import { type ServerCertificate, tlsSettings } from '../domain/tls.ts'
import { openHandshakes } from './handshakes.ts'
import { connects, cut } from './metrics.ts'
import { addressOf, type Peer } from './peer.ts'

export type TlsOptions = {
  certificate: ServerCertificate
  /** The certificates (PEM) of the CAs that client certificates are checked against, up to a root among them. */
  authorities(): Promise<string[]>
  /** A connection whose handshake is over. Whether its certificate is good for anything is for others to decide. */
  onSecure(socket: TLSSocket, peer: Peer): void
  log: Logger
  /** A handshake that takes longer is cut. */
  handshakeMs?: number
}

export type Tls = {
  /** Takes a TCP connection over and shakes hands on it. */
  take(socket: Socket): void
  /** Asks for the authorities anew. New connections are checked against them; the old list stays where that fails. */
  reloadAuthorities(): Promise<void>
  /** Cuts whatever is still open. */
  close(): void
}

/**
 * TLS for the front door. It asks every client for a certificate and requires none. Sessions are not resumed: a resumed
 * one would bring neither the certificate's chain nor a look at the authorities of today, and a handshake is cheap.
 */
export async function openTls(options: TlsOptions): Promise<Tls> {
  const { certificate, log } = options
  const open = new Set<Socket>()
  const handshakes = openHandshakes({ onShed: () => cut.inc({ reason: 'tls_handshakes_too_many' }) })
  let authorities = await options.authorities()
  let trusted = authorities.map((pem) => new X509Certificate(pem))
  const context = () => ({
    ...tlsSettings,
    ...certificate.current(),
    ca: authorities,
    secureOptions: constants.SSL_OP_NO_TICKET,
  })
  const server = createServer({
    ...context(),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: options.handshakeMs ?? limits.tlsHandshakeMs,
  })
  server.on('secureConnection', (socket) => {
    handshakes.end(socket)
    options.onSecure(socket, peerOf(socket, trusted))
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
      handshakes.begin(socket)
      server.emit('connection', socket)
    },
    async reloadAuthorities() {
      try {
        const read = await options.authorities()
        trusted = read.map((pem) => new X509Certificate(pem))
        authorities = read
        server.setSecureContext(context())
      } catch (err) {
        log.error({ err }, 'authorities of vendors not usable, those from before stay')
      }
    },
    close() {
      forget()
      for (const socket of open) socket.destroy()
    },
  }
}

function peerOf(socket: TLSSocket, authorities: X509Certificate[]): Peer {
  const address = addressOf(socket.remoteAddress)
  const x509 = socket.getPeerX509Certificate()
  if (!x509) return { address }
  // Signatures decide and not names, because two vendors may give their authorities the same name. Node tells nothing of
  // CAs that the client sent along, so one that is no authority itself leads nowhere.
  const authority = authorities.find((one) => isSignedBy(x509, one))
  const chain = authority ? [x509, authority] : [x509]
  const problem = socket.authorized ? {} : { problem: String(socket.authorizationError) }
  return { address, certificate: { x509, chain, ...problem } }
}

const isSignedBy = (one: X509Certificate, issuer: X509Certificate): boolean =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey)
