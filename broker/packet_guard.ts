import type { Client } from 'aedes'
import { limits } from '../domain/limits.ts'

/** Bytes that a connection may have pending before it is authenticated: a CONNECT with long will and password. */
const beforeConnect = 64 * 1024

type Parser = { parse(bytes: Buffer): number }

/**
 * Cuts a connection whose unfinished packet grows beyond the limit. MQTT allows packets of 256 MiB and Aedes' parser
 * holds a packet until it is whole, so without this a handful of clients could fill the memory. The parser is not
 * part of Aedes' public interface; it tells after each chunk how many bytes it still holds.
 */
export function guardPacketSize(client: Client, onCut: (reason: 'packet_too_large') => void): void {
  const parser = (client as Client & { _parser: Parser })._parser
  const parse = parser.parse.bind(parser)
  parser.parse = (bytes) => {
    const pending = parse(bytes)
    if (pending > (client.connected ? limits.packetBytes : beforeConnect) && !client.conn.destroyed) {
      onCut('packet_too_large')
      client.conn.destroy()
    }
    return pending
  }
}
