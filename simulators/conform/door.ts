import { connect, createServer, type Server, type Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Clock } from '../../domain/clock.ts'
import type { Faces } from './certificates.ts'
import type { Decode } from './describe.ts'
import { carry, type LineContext } from './line.ts'
import { currentTrial } from './notes.ts'
import type { Disguise, Line, Message, Seen } from './seen.ts'

/** What the door does with those who knock, changed by the trials as they go. */
export type Conduct = {
  /** `cut`: every connection is closed at once, as if nobody were there. */
  link: 'up' | 'cut'
  disguise: Disguise
  /** So many CONNECTs are still to be refused. */
  refusals: number
  isWithheld(message: Message): boolean
}

/** The kit's own front door, before the real one. */
export type Door = {
  port: number
  tlsPort: number
  conduct: Conduct
  /** The disguises that this door has. */
  disguises: readonly Disguise[]
  /** Cuts every line that is open. */
  cut(): void
  /** Resolves with true once `met` gives true, asked after each thing seen; with false after `ms`, or when aborted. */
  until(met: () => boolean, ms: number): Promise<boolean>
  close(): Promise<void>
}

export type DoorOptions = {
  host: string
  /** 0 picks a free one. */
  port: number
  tlsPort: number
  faces: Faces
  /** Where the real Vigil listens for MQTT. */
  vigil: { host: string; port: number }
  seen: Seen
  clock: Clock
  decode: Decode
  signal: AbortSignal
}

/** Opens the door on both ports. Rejects where one is taken. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { seen, clock, faces, vigil, signal } = options
  const open = new Set<() => void>()
  const watch = watcher(clock, signal)
  const conduct: Conduct = { link: 'up', disguise: 'own', refusals: 0, isWithheld: () => false }
  const context: LineContext = {
    seen,
    clock,
    decode: options.decode,
    openUpstream: () => connect(vigil.port, vigil.host).setNoDelay(),
    isRefused: () => conduct.refusals > 0 && conduct.refusals-- > 0,
    isWithheld: (message) => conduct.isWithheld(message),
    onChange: watch.look,
  }

  function receive(socket: Socket, secure: boolean): void {
    const line = newLine(seen, clock.now(), secure, secure ? conduct.disguise : 'own')
    seen.lines.push(line)
    watch.look()
    socket.on('error', () => {})
    if (conduct.link === 'cut') {
      line.ended = { at: clock.now(), by: 'kit' }
      return void socket.resetAndDestroy()
    }
    const face = faces[line.disguise] ?? faces.own
    const stream = secure ? shakeHands(socket, face, line, watch.look) : socket
    const cut = carry(stream, line, context, () => void open.delete(cut))
    open.add(cut)
  }

  const plain = createServer({ noDelay: true }, (socket) => receive(socket, false))
  const secure = createServer({ noDelay: true }, (socket) => receive(socket, true))
  const cutAll = () => {
    for (const cut of [...open]) cut()
  }
  return {
    port: await listen(plain, options.port, options.host),
    tlsPort: await listen(secure, options.tlsPort, options.host),
    conduct,
    disguises: Object.keys(faces) as Disguise[],
    cut: cutAll,
    until: watch.until,
    async close() {
      const closed = [plain, secure].map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
      cutAll()
      await Promise.all(closed)
    },
  }
}

const newLine = (seen: Seen, openedAt: number, secure: boolean, disguise: Disguise): Line => ({
  number: seen.lines.length + 1,
  trial: currentTrial(seen),
  openedAt,
  secure,
  disguise,
  subscriptions: [],
  downward: [],
  broken: [],
})

function shakeHands(socket: Socket, face: SecureContext, line: Line, look: () => void): TLSSocket {
  const stream = new TLSSocket(socket, { isServer: true, secureContext: face })
  stream.on('secure', () => {
    line.tls = `${stream.getProtocol()} ${stream.getCipher().name}`
    look()
  })
  stream.on('error', (error) => {
    if (line.tls === undefined) line.handshakeFailure = error.message
  })
  return stream
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function watcher(clock: Clock, signal: AbortSignal) {
  const waiting = new Set<() => void>()
  return {
    look: () => {
      for (const ask of [...waiting]) ask()
    },
    until: (met: () => boolean, ms: number): Promise<boolean> =>
      new Promise((resolve) => {
        const settle = (answer: boolean) => {
          waiting.delete(ask)
          signal.removeEventListener('abort', giveUp)
          cancel()
          resolve(answer)
        }
        const ask = () => {
          if (met()) settle(true)
        }
        const giveUp = () => settle(false)
        const cancel = clock.after(ms, giveUp)
        signal.addEventListener('abort', giveUp, { once: true })
        waiting.add(ask)
        if (signal.aborted) giveUp()
        else ask()
      }),
  }
}
