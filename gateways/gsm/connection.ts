import type { Socket } from 'node:net'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Line } from './line.ts'
import * as metrics from './metrics.ts'
import type { Piece, Protocol } from './protocol.ts'

/** Where it cannot be told whose the bytes are. */
const nobody = 'unknown'

type Reason = 'idle' | 'rubbish' | 'flood' | 'unread'

/**
 * One device's connection: takes its bytes apart, publishes every piece, and answers a frame only when it is durable, so that
 * the device sends again what is not.
 */
export function serveDevice(
  socket: Socket,
  protocol: Protocol,
  line: Pick<Line, 'publish' | 'isUrgent'>,
  clock: Clock,
): void {
  const { name } = protocol
  /** Frames that wait, by their bytes: a repeat joins the one before it. */
  const waiting = new Map<string, 'telemetry' | 'alarm'>()
  let id = nobody
  let rest: Buffer = Buffer.alloc(0)
  let broken = 0
  let cancelIdle = clock.after(limits.gsmFirstFrameMs, () => cut('idle'))
  let cancelPartial = () => {}

  function cut(reason: Reason): void {
    if (socket.destroyed) return
    metrics.cut.inc({ protocol: name, reason })
    socket.destroy()
  }

  function take(chunk: Buffer): void {
    const { pieces, rest: left } = protocol.split(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
    rest = Buffer.from(left)
    for (const piece of pieces) handle(piece)
    if (rest.length > limits.gsmFrameBytes) flush()
    cancelPartial()
    if (rest.length > 0) cancelPartial = clock.after(limits.gsmPartialMs, flush)
  }

  /** What began and did not end may be an alarm. */
  function flush(): void {
    cancelPartial()
    const bytes = rest
    rest = Buffer.alloc(0)
    if (bytes.some((byte) => byte > 0x20)) handle({ bytes, isFrame: false })
  }

  function handle({ bytes, isFrame }: Piece): void {
    id = protocol.idOf(bytes) ?? id
    if (isFrame) stayOpen()
    else metrics.broken.inc({ protocol: name })
    const topic = `gsm/${name}/${id}`
    const isAlarm = line.isUrgent(topic, bytes)
    if (!isFrame && !isAlarm && ++broken > limits.gsmBrokenPieces) cut('rubbish')
    else publish(topic, bytes, { isFrame, isAlarm })
  }

  function stayOpen(): void {
    cancelIdle()
    cancelIdle = clock.after(limits.gsmIdleMs, () => cut('idle'))
  }

  function publish(topic: string, bytes: Buffer, { isFrame, isAlarm }: { isFrame: boolean; isAlarm: boolean }): void {
    const key = bytes.toString('latin1')
    if (waiting.has(key)) return
    const kind = isAlarm ? 'alarm' : 'telemetry'
    const alike = [...waiting.values()].filter((one) => one === kind).length
    if (isAlarm && alike >= limits.gsmAlarmsPerConnection) {
      cut('flood')
      return
    }
    const durable = !isAlarm && alike >= limits.gsmWaitingPerConnection ? undefined : line.publish(topic, bytes)
    if (!durable) {
      metrics.pieces.inc({ protocol: name, result: 'withheld' })
      return
    }
    waiting.set(key, kind)
    const settled = () => void waiting.delete(key)
    durable.then(() => {
      settled()
      metrics.pieces.inc({ protocol: name, result: 'durable' })
      if (isFrame) answer(bytes)
    }, settled)
  }

  function answer(frame: Buffer): void {
    const bytes = protocol.answerTo(frame, clock.now())
    if (!bytes || !socket.writable) return
    if (socket.writableLength > limits.gsmUnreadBytes) cut('unread')
    else socket.write(bytes)
  }

  socket.on('data', take)
  // A lost line is how most of these connections end.
  socket.on('error', () => {})
  socket.on('close', () => {
    cancelIdle()
    flush()
  })
}
