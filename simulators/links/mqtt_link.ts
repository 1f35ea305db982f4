import { Receipt } from '../../domain/ticket.ts'
import { topicOf } from '../../domain/topics.ts'
import { createBackOff } from './back_off.ts'
import { createBacklog, IDS, type Kept } from './backlog.ts'
import { type Connection, openConnection } from './connection.ts'
import { type Link, type LinkOptions, type LinkState, onChange } from './link.ts'

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

function readReceipt(payload: Uint8Array): Receipt | undefined {
  try {
    return Receipt.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
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
    else if (!isCut) account.failed += 1
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
    dialling: () => phase === 'dialling',
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
