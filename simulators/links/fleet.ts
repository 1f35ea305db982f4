import type { Clock } from '../../domain/clock.ts'
import type { SentCommand } from '../../domain/commands.ts'
import { type Random, seededRandom } from '../../domain/random.ts'
import type { Receipt } from '../../domain/ticket.ts'
import type { DevicePlan, Message } from '../devices/device.ts'
import { deviceModels } from '../devices/models.ts'
import { obey } from '../devices/obey.ts'
import type { HomePlan, Output } from '../home/home.ts'
import { type Account, emptyAccount } from './account.ts'
import { createChildLink, type GatewayLink } from './child_link.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createHttpLink } from './http_link.ts'
import type { Link, LinkOptions, LinkState } from './link.ts'
import { createMqttLink } from './mqtt_link.ts'

/** The real lines of all devices of some homes. */
export type Fleet = {
  /** A message goes to its device's link; a link's loss and return are done to it. Facts are passed over. */
  carry(output: Output): void
  /** How many devices are connected. */
  connected(): number
  /** How many devices are about to connect: they wait for an answer, not for a pause to pass. */
  dialling(): number
  /** How many messages Vigil has not said yet that it has, cut devices included. */
  waiting(): number
  /** Resolves when nothing that can be sent is waiting: what a cut device keeps is left aside. Rejects when `signal` aborts. */
  settled(signal?: AbortSignal): Promise<void>
  account(): Account
  /** Ends every link cleanly, or within 3 s; rejects never. What is still waiting is given up: see `settled`. */
  close(): Promise<void>
}

export type FleetOptions = {
  mqttUrl: string
  httpUrl: string
  homes: readonly HomePlan[]
  /** A device's token; asked before every attempt. `refused` says that the last one was not taken. May reject. */
  token(device: string, refused: boolean): Promise<string>
  /** The address that the n-th device comes from, in 127.0.0.0/8; an address has some 28,000 ports. */
  sourceAddress?(n: number): string
  /** The first attempts are spread evenly over so many ms; absent: all at once. */
  rampMs?: number
  onReceipt(device: DevicePlan, home: HomePlan, receipt: Receipt): void
  onState(device: DevicePlan, home: HomePlan, state: LinkState): void
  /** The pace of the wire. Sockets do not hurry, so it is the system's also where the homes live by another. */
  clock: Clock
  random: Random
  signal: AbortSignal
  /** Gives the time (epoch ms) to be put into a payload for the one that is in it; absent: the same. */
  trueToSent?(at: number): number
}

type Member = { home: HomePlan; device: DevicePlan }

/** Opens the links of all devices, MQTT or HTTP or over a gateway as their plan says, until `close` or `signal`. */
export function openFleet(options: FleetOptions): Fleet {
  const account = emptyAccount()
  const settling = createSettling()
  const links = openLinks(options, account, settling.onBusy)
  const closing = new AbortController()
  const allWaiting = () => [...links.values()].reduce((sum, link) => sum + link.waiting(), 0)
  let closed: Promise<void> | undefined

  function close(): Promise<void> {
    options.signal.removeEventListener('abort', close)
    closing.abort()
    closed ??= Promise.all([...links.values()].map((link) => link.close())).then(() => {})
    return closed
  }
  options.signal.addEventListener('abort', close, { once: true })
  if (options.signal.aborted) void close()
  else void ramp([...links.values()], options, closing.signal)

  return {
    carry(output) {
      if (output.what === 'fact') return
      const link = links.get(output.device.id)
      if (output.what === 'message') link?.send(timed(output.message, options.trueToSent))
      else if (output.up) link?.restore()
      else link?.cut()
    },
    connected: () => [...links.values()].filter((link) => link.connected()).length,
    dialling: () => [...links.values()].filter((link) => link.dialling()).length,
    waiting: allWaiting,
    settled: settling.settled,
    account: () => ({ ...account }),
    close,
  }
}

/** The link of a device behind a gateway is its gateway's; all others have one of their own, MQTT or HTTP. */
function openLinks(options: FleetOptions, account: Account, onBusy: (busy: boolean) => void): Map<string, Link> {
  const members = options.homes.flatMap((home) => home.devices.map((device): Member => ({ home, device })))
  const heartbeat = createHeartbeat(options.clock)
  const gateways = new Map<string, GatewayLink>()
  const links = new Map<string, Link>()
  const shared = { account, heartbeat, clock: options.clock, onBusy }
  for (const [n, member] of members.entries()) {
    // A stream of its own: which socket ends first must not decide who waits how long.
    const random = seededRandom(Math.floor(options.random() * 2 ** 32))
    if (gatewayOf(member) !== undefined) continue
    const link = openOwnLink(options, member, { ...shared, random, localAddress: options.sourceAddress?.(n) })
    links.set(member.device.id, link)
    if ('adopt' in link) gateways.set(member.device.id, link)
  }
  for (const member of members) {
    const gateway = gateways.get(gatewayOf(member) ?? '')
    if (!gateway) continue
    const common = { ...commonOf(options, member), obey: obeyingOf(member) }
    links.set(member.device.id, createChildLink({ ...common, account, gateway }))
  }
  return links
}

/** The gateway that carries a device's messages. HTTP is spoken by oneself, and by a gateway for itself alone. */
function gatewayOf({ home, device }: Member): string | undefined {
  const gateway = home.devices.find(({ id }) => id === device.gateway)
  return [device, gateway].some((one) => one?.transport === 'http') ? undefined : gateway?.id
}

/** What a device's link is told of the device, whatever the link. */
function commonOf(options: FleetOptions, { home, device }: Member) {
  return {
    device: device.id,
    firmware: deviceModels[device.kind].firmware,
    keeps: deviceModels[device.kind].keeps,
    onReceipt: (receipt: Receipt) => options.onReceipt(device, home, receipt),
    onState: (state: LinkState) => options.onState(device, home, state),
  }
}

/** What a device answers to commands. */
const obeyingOf =
  ({ home, device }: Member) =>
  (command: SentCommand): Message =>
    obey(deviceModels[device.kind], home.position, command)

type Shared = Pick<LinkOptions, 'account' | 'heartbeat' | 'clock' | 'onBusy' | 'random' | 'localAddress'>

function openOwnLink(options: FleetOptions, member: Member, shared: Shared): Link | GatewayLink {
  const { home, device } = member
  const children = home.devices.filter((one) => gatewayOf({ home, device: one }) === device.id)
  const common = commonOf(options, member)
  const token = (refused: boolean) => options.token(device.id, refused)
  // What waits for a gateway's line waits in the gateway, which has room for what its children would keep.
  const keeps = children.reduce((sum, one) => sum + deviceModels[one.kind].keeps, common.keeps)
  return device.transport === 'http'
    ? createHttpLink({ ...shared, ...common, token, url: options.httpUrl })
    : createMqttLink({ ...shared, ...common, obey: obeyingOf(member), token, keeps, url: options.mqttUrl })
}

/** Opens the links one after another, evenly over the ramp. */
async function ramp(links: Link[], { clock, rampMs = 0 }: FleetOptions, signal: AbortSignal): Promise<void> {
  const start = clock.now()
  for (const [n, link] of links.entries()) {
    const pause = start + (n * rampMs) / links.length - clock.now()
    if (pause > 0) await clock.sleep(pause, signal)
    if (signal.aborted) return
    link.open()
  }
}

/** Counts the links that have something to send, and tells whoever waits for none. */
function createSettling() {
  let busyLinks = 0
  const waiting = new Set<() => void>()
  return {
    onBusy(busy: boolean): void {
      busyLinks += busy ? 1 : -1
      if (busyLinks > 0) return
      for (const resolve of waiting) resolve()
    },
    settled(signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (busyLinks === 0) return resolve()
        const end = (then: () => void) => () => {
          waiting.delete(done)
          signal?.removeEventListener('abort', aborted)
          then()
        }
        const done = end(resolve)
        const aborted = end(() => reject(signal?.reason))
        waiting.add(done)
        signal?.addEventListener('abort', aborted, { once: true })
      })
    },
  }
}

function timed(message: Message, trueToSent: FleetOptions['trueToSent']): Message {
  const { at } = message.payload
  if (!trueToSent || typeof at !== 'number') return message
  return { ...message, payload: { ...message.payload, at: trueToSent(at) } }
}
