import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Clock } from '../domain/clock.ts'
import type { Random } from '../domain/random.ts'
import { Receipt } from '../domain/ticket.ts'
import { topicOf } from '../domain/topics.ts'
import type { Message } from './devices/device.ts'

/** A device's connection to the front door, as real devices should do it: QoS 1, will, store-and-forward, back-off. */
export type Link = {
  /** Keeps the message until it is acknowledged, over any number of connections, in order. */
  send(message: Message): void
  /** How many messages are not acknowledged yet. */
  waiting(): number
  /** Resolves when the link has ended, which it does after `signal` aborts: with a clean disconnect. */
  ended: Promise<void>
}

export type LinkOptions = {
  url: string
  device: string
  firmware: string
  /** The device's token; asked before every attempt. `refused` says that the last one was not taken. May reject. */
  token(refused: boolean): Promise<string>
  onReceipt(receipt: Receipt): void
  onState(state: 'linked' | 'lost' | 'refused'): void
  clock: Clock
  random: Random
  signal: AbortSignal
}

const BACK_OFF_FIRST = 500
const BACK_OFF_MOST = 30_000
const CONNECT_WITHIN = 10_000
const GOODBYE_WITHIN = 1_000
/** Unacknowledged messages kept; beyond it the oldest readings go, never a signal. Two hours of a watch. */
const KEPT = 1_500
/** Sent and not acknowledged at one time. */
const IN_FLIGHT = 16

type Kept = { message: Message; sent: boolean }
type Ending = 'lost' | 'refused'

/** CONNACK 4 and 5 (bad user name or password, not authorized): the token is not taken; all else may pass by itself. */
const isRefusal = (error: Error): boolean => 'code' in error && (error.code === 4 || error.code === 5)

function clientOptions({ device, firmware }: LinkOptions, password: string): IClientOptions {
  return {
    clientId: device,
    username: device,
    password,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_WITHIN,
    will: {
      topic: topicOf(device, 'status'),
      payload: Buffer.from(JSON.stringify({ online: false, firmware })),
      qos: 1,
      retain: true,
    },
  }
}

function readReceipt(payload: Uint8Array): Receipt | undefined {
  try {
    return Receipt.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
  }
}

function makeRoom(kept: Kept[]): void {
  if (kept.length <= KEPT) return
  const oldest = kept.findIndex(({ message, sent }) => message.kind === 'readings' && !sent)
  if (oldest >= 0) kept.splice(oldest, 1)
}

/** Sends what is kept, a window at a time; an item leaves only when it is acknowledged. */
function pump(client: MqttClient, kept: Kept[], device: string): void {
  if (!client.connected) return
  for (const item of kept.slice(0, IN_FLIGHT)) {
    if (item.sent) continue
    item.sent = true
    client.publish(topicOf(device, item.message.kind), JSON.stringify(item.message.payload), { qos: 1 }, (error) => {
      if (error) return
      kept.splice(kept.indexOf(item), 1)
      pump(client, kept, device)
    })
  }
}

function announce(client: MqttClient, { device, firmware }: LinkOptions): void {
  client.subscribe(topicOf(device, 'receipts'), { qos: 1 })
  client.publish(topicOf(device, 'status'), JSON.stringify({ online: true, firmware }), { qos: 1, retain: true })
}

/** A clean end has no will: the device says itself that it goes, and goes unanswered after a while. */
function sayGoodbye(client: MqttClient, { device, firmware, clock }: LinkOptions): void {
  if (!client.connected) return void client.end(true)
  const gone = JSON.stringify({ online: false, firmware })
  const cancel = clock.after(GOODBYE_WITHIN, () => client.end(true))
  client.on('close', cancel)
  client.publish(topicOf(device, 'status'), gone, { qos: 1, retain: true }, () => client.end())
}

/** One connection, from the attempt to its end. */
function oneConnection(options: LinkOptions, token: string, kept: Kept[], use: (client: MqttClient) => void) {
  return new Promise<Ending>((resolve) => {
    let ending: Ending = 'lost'
    const client = connect(options.url, clientOptions(options, token))
    const goodbye = () => sayGoodbye(client, options)
    options.signal.addEventListener('abort', goodbye, { once: true })
    client.on('connect', () => {
      for (const item of kept) item.sent = false
      options.onState('linked')
      use(client)
      announce(client, options)
      pump(client, kept, options.device)
    })
    client.on('message', (_topic, payload) => {
      const receipt = readReceipt(payload)
      if (receipt) options.onReceipt(receipt)
    })
    client.on('error', (error) => {
      if (isRefusal(error)) ending = 'refused'
    })
    client.on('close', () => {
      options.signal.removeEventListener('abort', goodbye)
      resolve(ending)
    })
  })
}

/** Opens the link and keeps it open, with back-off and jitter, until `signal` aborts. */
export function openLink(options: LinkOptions): Link {
  const kept: Kept[] = []
  let client: MqttClient | undefined
  const { clock, random, signal } = options
  async function attempt(refused: boolean, linked: () => void): Promise<Ending> {
    const token = await options.token(refused).catch(() => undefined)
    if (token === undefined || signal.aborted) return 'refused'
    return oneConnection(options, token, kept, (fresh) => {
      client = fresh
      linked()
    })
  }
  async function keepOpen(): Promise<void> {
    let pause = BACK_OFF_FIRST
    let ending: Ending = 'lost'
    while (!signal.aborted) {
      ending = await attempt(ending === 'refused', () => {
        pause = BACK_OFF_FIRST
      })
      if (signal.aborted) return
      options.onState(ending)
      await clock.sleep(pause * (0.5 + random()), signal)
      pause = Math.min(pause * 2, BACK_OFF_MOST)
    }
  }
  return {
    send(message) {
      kept.push({ message, sent: false })
      makeRoom(kept)
      if (client) pump(client, kept, options.device)
    },
    waiting: () => kept.length,
    ended: keepOpen(),
  }
}
