import type { Client, PublishPacket } from 'aedes'
import type { Packet } from 'mqtt-packet'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { CutReason } from '../identity/noting.ts'
import type { Load } from './load.ts'
import type { Turns } from './turns.ts'

/** Parts of Aedes' client that are not public: its parser, and what it calls when a packet is done. */
type Inside = Client & {
  _parser: Parser
  _nextBatch: (err?: Error | null) => void
  _paused: boolean
  _parsingBatch: number
  connackSent: boolean
  resume(): void
}
type Parser = NodeJS.EventEmitter & { parse(bytes: Buffer): number; packet: { length: number } }

/** What a reader asks of, and tells, whoever knows more of the connection. */
export type Reins = {
  /** How long nothing that may wait is to be read on, ms; 0: go on. Asked again when that is over. */
  holdMs(backlogBytes: number): number
  /** How long not even that is read on which may not wait for anything else, ms; 0: go on. */
  urgentHoldMs(): number
  /** Whether a message may not wait, whatever is owed. */
  isUrgent(packet: PublishPacket): boolean
  /** What is no message is charged as so many. */
  spendOn(messages: number): void
  /** A message that was read whole from a connection that has gone since. */
  orphaned(packet: PublishPacket): void
  cut(reason: CutReason): void
}

type Options = { clock: Clock; turns: Turns; load: Load; reins: Reins }

/**
 * Reads one connection, in place of Aedes: in slices, so that others have their turn; no further than so many messages are
 * on their way to the journal; and not at all while its quota is overdrawn. What is not read stays with the operating
 * system, which stops the sender by TCP's own means. Nothing that was read whole is ever lost.
 */
export class Reader {
  readonly #client: Inside
  readonly #options: Options
  readonly #hear: (packet: Packet) => void
  /** Read and taken apart, not yet handed on; never more than a slice holds. */
  #packets: Packet[] = []
  #next = 0
  #underWay = 0
  #bytesUnderWay = 0
  #sawConnect = false
  #handedConnect = false
  #isWorking = false
  #isQueued = false
  #hasLeft = false
  #cancelHold: (() => void) | undefined
  /** Bytes that are read of a packet that is not whole. */
  unfinished = 0
  #unfinishedSince = 0

  constructor(client: Client, options: Options) {
    this.#client = client as Inside
    this.#options = options
    this.#hear = this.#takeOver(this.#client)
  }

  /** Puts itself between the connection and Aedes; gives what hands a packet to Aedes. */
  #takeOver(client: Inside): (packet: Packet) => void {
    const { _parser: parser, conn, _nextBatch: ownRead } = client
    const [hear] = parser.listeners('packet') as ((packet: Packet) => void)[]
    parser.removeAllListeners('packet')
    parser.on('packet', (packet: Packet) => {
      this.#packets.push(packet)
      this.#sawConnect = true
    })
    conn.removeListener('readable', ownRead)
    conn.on('readable', () => this.#wake())
    conn.once('close', () => this.#leave())
    client.resume = () => {
      client._paused = false
      this.#wake()
    }
    return (packet) => {
      // Aedes keeps back what comes before CONNACK by counting; here it is kept back already.
      client._parsingBatch = 0
      client._nextBatch = this.#ending(packet)
      hear?.call(parser, packet)
    }
  }

  /** Whether an unfinished packet comes so slowly that it is not coming. */
  isTooSlow(now: number): boolean {
    const age = now - this.#unfinishedSince
    if (this.unfinished === 0 || this.#isBlocked() || age <= limits.packetWithinMs) return false
    return this.unfinished < (age / 1_000) * limits.packetBytesPerSecond
  }

  /** Goes on where it had to wait for others. */
  goOn(): void {
    if (this.#isQueued || this.#isBlocked()) return
    this.#isQueued = true
    this.#options.turns.join(this)
  }

  /** Hands on up to `most` packets; gives how many. Comes back by itself where there is more. */
  work(most: number): number {
    this.#isQueued = false
    this.#isWorking = true
    let worked = 0
    let bytes = 0
    while (worked < most && bytes < limits.turnBytes && !this.#isBlocked()) {
      const packet = this.#packets[this.#next]
      if (packet) {
        if (this.#mustWait(packet)) break
        this.#handOn(packet)
        worked++
      } else {
        const read = this.#read()
        if (read === 0) break
        bytes += read
      }
    }
    this.#isWorking = false
    if (worked >= most || bytes >= limits.turnBytes) this.goOn()
    return worked
  }

  #wake(): void {
    // One that has more than a slice to say waits for its turn.
    if (!this.#isWorking && !this.#isQueued && !this.#isBlocked()) this.work(limits.slicePackets)
  }

  #isBlocked(): boolean {
    const { _paused, connackSent, closed } = this.#client
    if (closed || _paused || (this.#handedConnect && !connackSent)) return true
    return this.#cancelHold !== undefined || this.#underWay >= limits.inFlight || this.#isLoadFull()
  }

  /** Whoever has little on its way goes on all the same, so that others' bulk holds up nobody's SOS. */
  #isLoadFull(): boolean {
    if (this.#bytesUnderWay < limits.sliceBytes) return false
    if (this.#bytesUnderWay >= limits.inFlightBytes) return true
    const { load } = this.#options
    if (!load.isFull) return false
    load.wait(this)
    return true
  }

  /** Whether the packet at the head is held because of a quota; then it is looked at again when that is over. */
  #mustWait(packet: Packet): boolean {
    if (packet.cmd === 'connect' || packet.cmd === 'disconnect') return false
    const { reins, clock } = this.#options
    const held = reins.holdMs(this.#client.conn.readableLength)
    const heldUrgent = reins.urgentHoldMs()
    if (held === 0 && heldUrgent === 0) return false
    const isUrgent = packet.cmd === 'publish' && reins.isUrgent(packet as PublishPacket)
    const ms = isUrgent ? heldUrgent : held
    if (ms === 0) return false
    this.#cancelHold = clock.after(ms, () => {
      this.#cancelHold = undefined
      this.#unfinishedSince = clock.now()
      this.goOn()
    })
    return true
  }

  #handOn(packet: Packet): void {
    this.#next++
    if (packet.cmd === 'connect') this.#handedConnect = true
    // Nothing counts that comes after it.
    if (packet.cmd === 'disconnect') this.#packets = []
    const filters = filtersOf(packet)
    if (filters > limits.filtersPerPacket) {
      this.#cut('too_many_filters')
      return
    }
    if (packet.cmd !== 'publish') this.#options.reins.spendOn(Math.max(1, filters))
    const bytes = bytesOf(packet)
    this.#underWay++
    this.#bytesUnderWay += bytes
    this.#options.load.add(bytes)
    this.#hear(packet)
  }

  /** What is to be called once when a packet is done. */
  #ending(packet: Packet): (err?: Error | null) => void {
    let isOver = false
    return (err) => {
      if (!isOver) this.#over(bytesOf(packet))
      isOver = true
      if (err) this.#client.emit('error', err)
      else if (!this.#isWorking && this.#hasMore()) this.goOn()
    }
  }

  #over(bytes: number): void {
    this.#underWay--
    // Of a connection that has gone, all was taken off when it went.
    if (this.#hasLeft) return
    this.#bytesUnderWay -= bytes
    this.#options.load.remove(bytes)
  }

  #hasMore(): boolean {
    return this.#next < this.#packets.length || this.#client.conn.readableLength > 0
  }

  /** Reads a slice and takes it apart; gives its bytes. Only when nothing is left of the one before. */
  #read(): number {
    const { conn, _parser: parser } = this.#client
    this.#packets = []
    this.#next = 0
    // At 0 the stream is told that more is wanted, and says when the other side has ended.
    const chunk: Buffer | null = conn.read(Math.min(conn.readableLength, limits.sliceBytes) || undefined)
    if (!chunk) return 0
    this.#noteUnfinished(parser.parse(chunk))
    const most = this.#sawConnect ? limits.packetBytes : limits.connectBytes
    if (Math.max(parser.packet.length, this.unfinished) > most) this.#cut('packet_too_large')
    return chunk.length
  }

  #noteUnfinished(bytes: number): void {
    if (this.#packets.length > 0 || this.unfinished === 0) this.#unfinishedSince = this.#options.clock.now()
    this.unfinished = bytes
  }

  #cut(reason: CutReason): void {
    if (this.#client.conn.destroyed) return
    this.#options.reins.cut(reason)
    this.#client.conn.destroy()
  }

  #leave(): void {
    this.#cancelHold?.()
    this.unfinished = 0
    const { load, turns, reins } = this.#options
    this.#hasLeft = true
    load.leave(this)
    turns.leave(this)
    load.remove(this.#bytesUnderWay)
    for (const packet of this.#packets.slice(this.#next)) {
      if (packet.cmd === 'publish') reins.orphaned(packet as PublishPacket)
    }
    this.#packets = []
  }
}

const bytesOf = (packet: Packet): number => (packet.cmd === 'publish' ? packet.payload.length : 0)

function filtersOf(packet: Packet): number {
  if (packet.cmd === 'subscribe') return packet.subscriptions.length
  return packet.cmd === 'unsubscribe' ? packet.unsubscriptions.length : 0
}
