import type { Socket } from 'node:net'

/** Connections let in before whoever is in already has a turn again: some 10 ms of work. */
const perTurn = 16

export type Gate = {
  /** Takes a connection as the operating system hands it over: paused. It is read from when its turn comes. */
  take(socket: Socket): void
  /** How many wait. */
  waiting(): number
  /** Ends those that wait. */
  close(): void
}

/**
 * Where connections wait after an outage, when all devices come at once. They must not wait with the operating system,
 * whose queue is short: whoever does not fit there tries again after 1, 3, 7, 15, 31 s. And they must not all be worked at
 * once: an SOS on a connection that stands would wait behind them.
 */
export function openGate(letIn: (socket: Socket) => void): Gate {
  const waiting = new Set<Socket>()
  let turning = false

  const leave = (socket: Socket): void => {
    waiting.delete(socket)
    socket.off('close', onGone)
    socket.off('error', onError)
  }
  function onGone(this: Socket): void {
    leave(this)
  }

  function turn(): void {
    let left = perTurn
    for (const socket of waiting) {
      if (left-- === 0) break
      leave(socket)
      if (!socket.destroyed) letIn(socket)
    }
    turning = waiting.size > 0
    if (turning) setImmediate(turn)
  }

  return {
    take(socket) {
      socket.on('close', onGone)
      socket.on('error', onError)
      waiting.add(socket)
      if (turning) return
      turning = true
      setImmediate(turn)
    },
    waiting: () => waiting.size,
    close() {
      for (const socket of waiting) socket.destroy()
    },
  }
}

/** `close` follows. */
function onError(): void {}
