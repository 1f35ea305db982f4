import { connect, type Socket } from 'node:net'
import type { Latencies } from '../../simulators/load/latencies.ts'
import { connectPacket, disconnectPacket, type Encoder, IDS, messageIdOf, packetReader } from './packets.ts'

export type PublisherOptions = {
  device: string
  token: string
  port: number
  /** Source address; the machine's choice where undefined. */
  localAddress?: string | undefined
  /** Messages sent and not acknowledged at one time, 1 to 10,000. */
  window: number
  encoder: Encoder
  /** Told once when the connection ends that was not closed from here. */
  onLost?: (publisher: Publisher) => void
}

/** What a device knows to be acknowledged: all of 1 … `upTo`, and `beyond`, which came out of order. */
export type Acknowledged = { upTo: number; beyond: number[] }

const CONNECT_WITHIN = 30_000

/** One device on one raw socket, publishing numbered messages at QoS 1 with a window. */
export class Publisher {
  readonly device: string
  private readonly options: PublisherOptions
  private readonly sentAt: Float64Array
  private readonly latencies: Latencies
  private readonly beyond = new Set<number>()
  private socket: Socket | undefined
  private upTo = 0
  private closing = false
  sent = 0
  /** Called after acknowledgements came in. */
  refill: ((publisher: Publisher) => void) | undefined
  /** Acknowledgements that fit nothing: for a message that was not sent, or was acknowledged before. */
  strange = 0

  constructor(options: PublisherOptions, latencies: Latencies) {
    this.options = options
    this.device = options.device
    this.latencies = latencies
    this.sentAt = new Float64Array(options.window)
  }

  /** Resolves after CONNACK; rejects with a sentence where the connection is refused, fails or takes too long. */
  connect(): Promise<void> {
    const { device, token, port, localAddress } = this.options
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, ...(localAddress && { localAddress }) })
    this.socket = socket
    socket.write(connectPacket(device, token))
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`device ${device}: ${why}`))
      const tooLate = setTimeout(() => socket.destroy(new Error('no CONNACK in time')), CONNECT_WITHIN)
      this.listen(socket, (code) => {
        clearTimeout(tooLate)
        if (code === 0) return resolve()
        fail(`connection refused with MQTT code ${code}`)
        socket.destroy()
      })
      socket.on('error', (error) => fail(error.message))
      socket.on('close', () => {
        clearTimeout(tooLate)
        fail('connection closed')
        if (!this.closing) this.options.onLost?.(this)
      })
    })
  }

  private listen(socket: Socket, onConnack: (code: number) => void): void {
    const read = packetReader({ onConnack, onPuback: (id) => this.acknowledge(id) })
    socket.on('data', (chunk) => {
      const before = this.acked
      read(chunk)
      if (this.acked > before) this.refill?.(this)
    })
  }

  get isOpen(): boolean {
    return this.socket?.writable ?? false
  }

  /** How many more may be sent now. */
  get room(): number {
    return this.isOpen ? this.options.window - (this.sent - this.upTo) : 0
  }

  get acked(): number {
    return this.upTo + this.beyond.size
  }

  /** Sends up to `count` messages in one write, as many as the window takes; gives their number. */
  send(count: number): number {
    const now = Math.min(count, this.room)
    if (now <= 0) return 0
    const { encoder, window } = this.options
    const bytes = Buffer.allocUnsafe(now * encoder.length)
    const at = performance.now()
    for (let n = 0; n < now; n++) {
      this.sent += 1
      this.sentAt[this.sent % window] = at
      encoder.write(bytes, n * encoder.length, this.sent)
    }
    this.socket?.write(bytes)
    return now
  }

  get acknowledged(): Acknowledged {
    return { upTo: this.upTo, beyond: [...this.beyond] }
  }

  close(): void {
    this.closing = true
    if (this.socket?.writable) this.socket.end(disconnectPacket())
  }

  private acknowledge(id: number): void {
    const next = this.upTo + 1
    const seq = next + ((id - messageIdOf(next) + IDS) % IDS)
    if (seq > this.sent || this.beyond.has(seq)) {
      this.strange += 1
      return
    }
    this.latencies.add(performance.now() - this.sentAt[seq % this.options.window]!)
    if (seq === next) this.upTo = seq
    else this.beyond.add(seq)
    while (this.beyond.delete(this.upTo + 1)) this.upTo += 1
  }
}
