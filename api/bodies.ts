import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Api } from './context.ts'
import { bodiesCut } from './metrics.ts'

const lookEveryMs = 250

/** A request whose body is in memory, whole or in part; `bytes` of it have come. */
type Held = { bytes: number; request: FastifyRequest }

/**
 * Bounds what all bodies take together until their requests are answered. Whoever sends one need not have said who he is,
 * and may take two minutes over it; so where it is too much, those that hold the most are cut, and a signal, which is
 * small, goes on.
 */
export function boundBodies(app: Api, clock: Clock, most: number = limits.unfinishedBytes): void {
  const open = new Map<FastifyReply, Held>()
  let cancelLook = clock.after(lookEveryMs, look)

  function look(): void {
    let bytes = 0
    for (const held of open.values()) bytes += held.bytes
    if (bytes > most) cut(bytes - most)
    cancelLook = clock.after(lookEveryMs, look)
  }

  function cut(bytes: number): void {
    let left = bytes
    for (const [reply, held] of [...open].sort(([, a], [, b]) => b.bytes - a.bytes)) {
      if (left <= 0) return
      left -= held.bytes
      open.delete(reply)
      bodiesCut.inc()
      held.request.raw.socket.destroy()
    }
  }

  // Called back at once, so that whoever reads the body listens before any of it is handed out.
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.method === 'GET') return done(null, payload)
    const held = { bytes: 0, request }
    open.set(reply, held)
    reply.raw.once('close', () => open.delete(reply))
    payload.on('data', (chunk: Buffer) => {
      held.bytes += chunk.length
    })
    done(null, payload)
  })
  app.addHook('onClose', async () => cancelLook())
}
