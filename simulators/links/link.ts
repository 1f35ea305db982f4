import type { Clock } from '../../domain/clock.ts'
import type { Random } from '../../domain/random.ts'
import { Receipt } from '../../domain/ticket.ts'
import { topicOf } from '../../domain/topics.ts'
import type { Message } from '../devices/device.ts'
import type { Account } from './account.ts'
import { createBackOff } from './back_off.ts'
import { createBacklog, IDS, type Kept } from './backlog.ts'
import { type Connection, openConnection } from './connection.ts'
import type { Heartbeat } from './heartbeat.ts'

export type LinkState = 'linked' | 'lost' | 'refused'

/**
 * A device's line to the front door. Each message is kept until Vigil says that it has it, over any number of
 * connections, within the bound of what the device keeps.
 *
 * Signals go first, also before readings that were said earlier: after an outage a long backlog lies there, and who
 * pressed the button must not wait for it. Among signals, and among all others, the order is the one in which they were
 * said; event time and `seq` in the payload tell the order across both.
 */
export type Link = {
  /** Makes the first attempt. What is said before is kept. */
  open(): void
  send(message: Message): void
  /** The line is gone, as when a device leaves the radio's reach: no farewell, and no attempt until `restore`. */
  cut(): void
  restore(): void
  connected(): boolean
  /** How many messages Vigil has not said yet that it has. */
  waiting(): number
  /** Ends with a farewell where it is connected; never rejects. */
  close(): Promise<void>
}

export type LinkOptions = {
  /** `mqtt://host:port`, or `http://host:port` for a device that speaks HTTP. */
  url: string
  device: string
  firmware: string
  /** Messages that the device keeps while the line is away. */
  keeps: number
  /** The device's token; asked before every attempt. `refused` says that the last one was not taken. May reject. */
  token(refused: boolean): Promise<string>
  onReceipt(receipt: Receipt): void
  onState(state: LinkState): void
  /** Told when the link begins to have something that it can send, and when it has no more. */
  onBusy(busy: boolean): void
  /** Counted on; may be shared by many links. */
  account: Account
  /** The address to come from; the machine's choice where undefined. */
  localAddress?: string | undefined
  heartbeat: Heartbeat
  /** The pace of the wire: back-off, keep-alive, farewell. */
  clock: Clock
  random: Random
}

/** Messages but signals on the wire at one time. */
const IN_FLIGHT = 16
/** How long a farewell may take, ms: less than a process is given to end. */
const GOODBYE_WITHIN = 3_000
/** Packet ids of what is not a message. */
const SUBSCRIBE_ID = IDS + 1
const ONLINE_ID = IDS + 2
const OFFLINE_ID = IDS + 3

/** CONNACK 4 and 5 (bad user name or password, not authorized): the token is not taken; all else may pass by itself. */
const isTokenRefused = (code: number | undefined): boolean => code === 4 || code === 5

export function readReceipt(payload: Uint8Array): Receipt | undefined {
  try {
    return Receipt.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
  }
}

/** Passes on what is different from the last time. */
export function onChange<T>(first: T | undefined, tell: (value: T) => void): (value: T) => void {
  let last = first
  return (value) => {
    if (value === last) return
    last = value
    tell(value)
  }
}

/** A link over MQTT: QoS 1, will, receipts, back-off with jitter. */
export function createMqttLink(options: LinkOptions): Link {
  const { device, firmware, account, clock } = options
  const backlog = createBacklog(options.keeps)
  const backOff = createBackOff(options.random)
  const tellBusy = onChange<boolean>(false, options.onBusy)
  const tellState = onChange<LinkState>(undefined, options.onState)
  const status = (online: boolean) => JSON.stringify({ online, firmware })
  let phase: 'away' | 'dialling' | 'up' | 'closed' = 'away'
  let isCut = false
  let opened = false
  let refused = false
  let line: Connection | undefined
  let cancelRetry = () => {}
  let farewell: (() => void) | undefined

  function dial(): void {
    if (!opened || isCut || phase !== 'away') return
    phase = 'dialling'
    options.token(refused).then(connect, onNoToken)
  }

  function connect(token: string): void {
    if (phase !== 'dialling') return
    if (isCut) {
      phase = 'away'
      return
    }
    line = openConnection({
      url: options.url,
      client: device,
      token,
      will: { topic: topicOf(device, 'status'), payload: status(false) },
      localAddress: options.localAddress,
      heartbeat: options.heartbeat,
      clock,
      onLinked,
      onAcknowledged,
      onMessage,
      onEnd,
    })
  }

  function onLinked(): void {
    phase = 'up'
    refused = false
    backOff.reset()
    account.connects += 1
    tellState('linked')
    line?.together(() => {
      pump()
      line?.subscribe(topicOf(device, 'receipts'), SUBSCRIBE_ID)
      line?.publish(topicOf(device, 'status'), status(true), { id: ONLINE_ID, retain: true })
    })
  }

  function put(kept: Kept): void {
    const again = kept.sendings > 1
    if (again) account.redelivered += 1
    else account.sent += 1
    const { kind, payload } = kept.message
    line?.publish(topicOf(device, kind), JSON.stringify(payload), { id: kept.id, dup: again })
  }

  function pump(): void {
    if (!line?.linked()) return
    for (let next = backlog.nextSignal(); next; next = backlog.nextSignal()) put(next)
    while (backlog.inFlight() < IN_FLIGHT) {
      const next = backlog.nextOther()
      if (!next) return
      put(next)
    }
  }

  function onAcknowledged(id: number): void {
    if (id === OFFLINE_ID) line?.disconnect()
    if (!backlog.acknowledge(id)) return
    account.acknowledged += 1
    pump()
    look()
  }

  function onMessage(payload: Uint8Array): void {
    const receipt = readReceipt(payload)
    if (!receipt) return
    if (receipt.result === 'refused') account.refused += 1
    options.onReceipt(receipt)
  }

  function onEnd(code: number | undefined): void {
    const wasUp = phase === 'up'
    line = undefined
    farewell?.()
    if (phase === 'closed') return
    phase = 'away'
    refused = isTokenRefused(code)
    if (wasUp) account.lost += 1
    if (code !== undefined) account.refused += 1
    backlog.rewind()
    tellState(refused ? 'refused' : 'lost')
    retryLater()
  }

  function onNoToken(): void {
    if (phase === 'closed') return
    phase = 'away'
    tellState('lost')
    retryLater()
  }

  function retryLater(): void {
    cancelRetry()
    if (!isCut) cancelRetry = clock.after(backOff.next(), dial)
  }

  const look = () => tellBusy(!isCut && phase !== 'closed' && backlog.size() > 0)

  return {
    open() {
      opened = true
      dial()
    },
    send(message) {
      if (backlog.add(message)) account.dropped += 1
      pump()
      look()
    },
    cut() {
      isCut = true
      cancelRetry()
      line?.destroy()
      look()
    },
    restore() {
      if (!isCut) return
      isCut = false
      backOff.reset()
      look()
      if (opened && phase === 'away') retryLater()
    },
    connected: () => line?.linked() ?? false,
    waiting: backlog.size,
    close() {
      cancelRetry()
      phase = 'closed'
      look()
      return sayGoodbye()
    },
  }

  /** A clean end has no will: the device says itself that it goes, and goes unanswered after a while. */
  function sayGoodbye(): Promise<void> {
    const going = line
    if (!going) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = clock.after(GOODBYE_WITHIN, () => going.destroy())
      farewell = () => {
        cancel()
        resolve()
      }
      if (!going.linked()) return going.destroy()
      going.publish(topicOf(device, 'status'), status(false), { id: OFFLINE_ID, retain: true })
    })
  }
}
