import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'

export type SocketOptions = {
  /** `mqtt://host:port`, or `mqtts://host:port` for TLS; the ports are 1883 and 8883 where absent. */
  url: string
  /** The address to come from; the machine's choice where undefined. */
  localAddress: string | undefined
  onread: OnReadOpts
}

/** One for all connections of a process: of its own it would take each of them some 100 KB. */
let shared: SecureContext | undefined

/**
 * A socket on its way to the front door; what is written meanwhile waits. A certificate is checked against the CAs that
 * this process trusts; it shows none.
 */
export function openSocket({ url, localAddress, onread }: SocketOptions): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const how = { host, noDelay: true, onread, ...(localAddress && { localAddress }) }
  if (protocol !== 'mqtts:') return connectTcp({ ...how, port: Number(port || 1883) })
  shared ??= createSecureContext()
  return connectTls({ ...how, port: Number(port || 8883), secureContext: shared }).setNoDelay(true)
}
