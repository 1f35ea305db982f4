import { SentCommand } from '../../domain/commands.ts'
import { Receipt } from '../../domain/ticket.ts'
import { parseTopic, topicOf } from '../../domain/topics.ts'
import type { Message } from '../devices/device.ts'
import { createBackOff } from './back_off.ts'
import { createBacklog, IDS, type Kept } from './backlog.ts'
import type { Child, GatewayLink } from './child_link.ts'
import { type Connection, openConnection } from './connection.ts'
import { type HearingLinkOptions, type LinkState, onChange } from './link.ts'

/** Messages but signals on the wire at one time. */
const IN_FLIGHT = 16
/** How long a farewell may take, ms: less than a process is given to end. */
const GOODBYE_WITHIN = 3_000
/** Packet ids of what is not a message. */
const SUBSCRIBE_ID = IDS + 1
const ONLINE_ID = IDS + 2
const OFFLINE_ID = IDS + 3
/** Of the first child's status; packet ids end at 65,535, which is more children than a simulated home has devices. */
const CHILD_ID = IDS + 4

/** CONNACK 4 and 5 (bad user name or password, not authorized): the token is not taken; all else may pass by itself. */
const isTokenRefused = (code: number | undefined): boolean => code === 4 || code === 5

function read<T>(shape: { parse(value: unknown): T }, payload: Uint8Array): T | undefined {
  try {
    return shape.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
  }
}

/** What a gateway says for a child that does not hear it. */
const outOfReach = (command: string): Message => ({
  kind: 'answers',
  payload: { command, result: 'failed', detail: 'out of the reach of its gateway' },
})

/** A link over MQTT: QoS 1, will, receipts, commands, back-off with jitter. That of a gateway carries its children's messages, too. */
export function createMqttLink(options: HearingLinkOptions): GatewayLink {
  const { device, firmware, account, clock } = options
  const backlog = createBacklog(options.keeps)
  const backOff = createBackOff(options.random)
  const tellBusy = onChange<boolean>(false, options.onBusy)
  const tellState = onChange<LinkState>(undefined, options.onState)
  const status = (online: boolean, of = firmware) => JSON.stringify({ online, firmware: of })
  const children: { child: Child; inReach: boolean }[] = []
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
    tellAll('linked')
    line?.together(() => {
      pump()
      // A gateway gets with this what is for its children, and nobody else's.
      const whose = children.length > 0 ? '+' : device
      line?.subscribe([topicOf(whose, 'receipts'), topicOf(whose, 'commands')], SUBSCRIBE_ID)
      line?.publish(topicOf(device, 'status'), status(true), { id: ONLINE_ID, retain: true })
      for (const { child, inReach } of children) if (inReach) sayOf(child, true)
    })
  }

  function tellAll(state: LinkState): void {
    tellState(state)
    for (const { child, inReach } of children) if (inReach) child.onState(state)
  }

  /** A child has no will: its gateway says whether it is there. */
  function sayOf(child: Child, online: boolean): void {
    const id = CHILD_ID + children.findIndex((one) => one.child === child)
    line?.publish(topicOf(child.device, 'status'), status(online, child.firmware), { id, retain: true })
  }

  function put(kept: Kept): void {
    const again = kept.sendings > 1
    if (again) account.redelivered += 1
    else account.sent += 1
    const { kind, payload } = kept.message
    line?.publish(topicOf(kept.child ?? device, kind), JSON.stringify(payload), { id: kept.id, dup: again })
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

  function onMessage(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic)
    const child = children.find(({ child }) => child.device === parsed?.device)
    if (parsed?.kind === 'commands') onCommand(child, payload)
    else onReceipt(child?.child, payload)
  }

  function onReceipt(child: Child | undefined, payload: Uint8Array): void {
    const receipt = read(Receipt, payload)
    if (!receipt) return
    if (receipt.result === 'refused') account.refused += 1
    ;(child ?? options).onReceipt(receipt)
  }

  function onCommand(to: { child: Child; inReach: boolean } | undefined, payload: Uint8Array): void {
    const command = read(SentCommand, payload)
    if (!command) return
    if (!to) take(options.obey(command))
    else if (to.inReach) take(to.child.obey(command), to.child.device)
    else take(outOfReach(command.id), to.child.device)
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
    tellAll(refused ? 'refused' : 'lost')
    retryLater()
  }

  function onNoToken(): void {
    if (phase === 'closed') return
    phase = 'away'
    tellAll('lost')
    retryLater()
  }

  function retryLater(): void {
    cancelRetry()
    if (!isCut) cancelRetry = clock.after(backOff.next(), dial)
  }

  function take(message: Message, child?: string): void {
    if (backlog.add(message, child)) account.dropped += 1
    pump()
    look()
  }

  const look = () => tellBusy(!isCut && phase !== 'closed' && backlog.size() > 0)

  return {
    open() {
      opened = true
      dial()
    },
    send: (message) => take(message),
    adopt: (child) => void children.push({ child, inReach: true }),
    carry: (child, message) => take(message, child),
    reach(device, inReach) {
      const one = children.find(({ child }) => child.device === device)
      if (!one || one.inReach === inReach) return
      one.inReach = inReach
      if (line?.linked()) sayOf(one.child, inReach)
      one.child.onState(inReach && line?.linked() ? 'linked' : 'lost')
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
      for (const { child, inReach } of children) if (inReach) sayOf(child, false)
      going.publish(topicOf(device, 'status'), status(false), { id: OFFLINE_ID, retain: true })
    })
  }
}
