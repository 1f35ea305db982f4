import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { VigilError } from '../domain/errors.ts'
import type { ApiDeps } from './context.ts'

export const mqttPath = '/mqtt'

const addressHeader = 'x-forwarded-for'

/**
 * The request as it came, raw headers, because order and spelling are the broker's to judge, not ours; and where it came
 * from, which is ours alone to say.
 */
function headOf({ method, rawHeaders, socket }: IncomingMessage): string {
  const lines = [`${method} ${mqttPath} HTTP/1.1`, `${addressHeader}: ${socket.remoteAddress}`]
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() !== addressHeader) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/**
 * Passes a WebSocket at `/mqtt` on to the broker, byte for byte and from the first line, so that the broker itself
 * answers the upgrade. Rejects with `front_door_unreachable` while nothing was sent; afterwards a broken side breaks
 * the other.
 */
export async function passUpgrade(
  { frontDoor, lines }: Pick<ApiDeps, 'frontDoor' | 'lines'>,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const base = await frontDoor()
  if (!base) throw new VigilError('front_door_unreachable')
  const broker = connect({ host: base.hostname, port: Number(base.port), noDelay: true })
  await new Promise<void>((resolve, reject) => {
    broker.once('connect', resolve)
    broker.once('error', (err) => reject(new VigilError('front_door_unreachable', undefined, { cause: err })))
  })
  // The answer to the upgrade comes first; whatever follows, CONNACK, means that somebody has said who he is.
  broker.once('data', () => broker.once('data', () => lines.left(request.socket)))
  broker.on('error', () => socket.destroy())
  broker.on('close', () => socket.destroy())
  socket.on('close', () => broker.destroy())
  if (socket.destroyed) broker.destroy()
  broker.write(headOf(request))
  broker.write(head)
  socket.pipe(broker).pipe(socket)
}
