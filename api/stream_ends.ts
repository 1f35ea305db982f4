import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Outlet } from './event_stream.ts'
import { streamsCut } from './metrics.ts'

/** How a stream without an end ends: its subscriber takes nothing, is silent, or may listen no more. */

/** A silent line is told from a quiet night by this; the console takes three missed ones for a dead line. */
const heartbeatMs = 5_000
/** A subscriber that takes nothing off its full buffer for this long is cut; it comes again and goes on. */
const stalledMs = 10_000

/** Ends a stream, and counts why. */
export function cut(gone: AbortController, reason: 'slow' | 'silent' | 'signed_out' | 'failed'): void {
  if (gone.signal.aborted) return
  streamsCut.inc({ reason })
  gone.abort()
}

/** Waits until a piece is sent, but not beyond the stream's end, which comes when the piece takes too long. */
export function unlessStalled(clock: Clock, gone: AbortController, sent: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(stalledMs, () => cut(gone, 'slow'))
    const done = (settle: () => void) => {
      cancel()
      gone.signal.removeEventListener('abort', ended)
      settle()
    }
    const ended = () => done(resolve)
    gone.signal.addEventListener('abort', ended, { once: true })
    if (gone.signal.aborted) ended()
    sent.then(
      () => done(resolve),
      (err: unknown) => done(() => reject(err)),
    )
  })
}

type Line = { clock: Clock; outlet: Pick<Outlet, 'heartbeat'>; gone: AbortController }

/**
 * Heartbeats, and with each the question whether the subscriber may still listen and to what: `ask` throws a VigilError
 * where it may no more.
 */
export function beat({ clock, outlet, gone }: Line, ask: () => Promise<void>): () => void {
  let cancel = clock.after(heartbeatMs, () => void tick())
  async function tick(): Promise<void> {
    if (!outlet.heartbeat()) return cut(gone, 'silent')
    try {
      await ask()
    } catch (err) {
      // A database that is away for a moment signs nobody out.
      if (err instanceof VigilError) return cut(gone, 'signed_out')
    }
    if (!gone.signal.aborted) cancel = clock.after(heartbeatMs, () => void tick())
  }
  return () => cancel()
}
