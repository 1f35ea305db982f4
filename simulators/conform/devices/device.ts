import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Clock } from '../../../domain/clock.ts'
import { type Random, seededRandom, seedOf } from '../../../domain/random.ts'
import { topicOf } from '../../../domain/topics.ts'
import type { Habits } from './habits.ts'
import { createMouth, type Said } from './mouth.ts'

/** A simulated device at the kit's door: a real MQTT client with habits. */
export type SimulatedDevice = {
  /** Presses its SOS button. */
  press(): void
  /** Resolves when it has ended, after `signal` aborts. */
  ended: Promise<void>
}

export type DeviceOptions = {
  id: string
  token: string
  habits: Habits
  seed: number
  host: string
  port: number
  tlsPort: number
  /** The CA that it trusts, PEM. */
  ca: string
  clock: Clock
  signal: AbortSignal
}

/** Switches the device on. */
export function startDevice(options: DeviceOptions): SimulatedDevice {
  const { habits, clock, signal } = options
  const random = seededRandom(seedOf(options.seed, 'conform', options.id))
  const mouth = createMouth(options.id, habits, clock, random)
  let kept: Said[] = []
  let client: MqttClient | undefined

  function say(said: Said): void {
    if (client?.connected || habits.keeps) kept.push(said)
    if (client?.connected) pump(client)
  }

  function pump(on: MqttClient): void {
    for (const said of kept) {
      if (said.sentOn === on) continue
      const dup = said.sentOn !== undefined && habits.qos > 0
      said.sentOn = on
      on.publish(said.topic, said.payload, { qos: habits.qos, dup }, (error) => {
        if (!error) kept = kept.filter((other) => other !== said)
      })
    }
  }

  async function measure(): Promise<void> {
    while (!signal.aborted) {
      for (const said of mouth.readings()) say(said)
      await clock.sleep(habits.everyMs, signal)
    }
  }

  async function keepConnected(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      await oneConnection(options, random, (fresh) => {
        failures = -1
        client = fresh
        if (habits.reboots) mouth.reboot()
        introduce(fresh, options)
        pump(fresh)
      })
      failures++
      if (!habits.keeps) kept = []
      await clock.sleep(habits.pause(failures, random), signal)
    }
  }

  return {
    press: () => say(mouth.sos()),
    ended: Promise.all([measure(), keepConnected()]).then(() => {}),
  }
}

/** One attempt to connect and what comes of it; resolves when the line is gone. */
function oneConnection(options: DeviceOptions, random: Random, use: (client: MqttClient) => void): Promise<void> {
  const { signal } = options
  return new Promise((resolve) => {
    const client = connect(clientOptions(options, random))
    const off = () => client.end(true)
    signal.addEventListener('abort', off, { once: true })
    client.on('connect', () => use(client))
    client.on('error', () => client.end(true))
    client.on('close', () => {
      signal.removeEventListener('abort', off)
      client.end(true)
      resolve()
    })
    if (signal.aborted) off()
  })
}

function clientOptions(options: DeviceOptions, random: Random): IClientOptions {
  const { id, token, habits, host, port, tlsPort, ca } = options
  return {
    host,
    ...(habits.secure
      ? { protocol: 'mqtts', port: tlsPort, ca: [ca], rejectUnauthorized: habits.checksCertificate }
      : { protocol: 'mqtt', port }),
    protocolId: habits.protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion: habits.protocolVersion,
    clientId: habits.clientId(id, random),
    username: id,
    password: token,
    keepalive: habits.keepAliveS,
    reconnectPeriod: 0,
    ...(habits.hasWill && {
      will: { topic: topicOf(id, 'status'), payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    }),
  }
}

function introduce(client: MqttClient, { id, habits }: DeviceOptions): void {
  if (habits.announces) client.publish(topicOf(id, 'status'), '{"online":true}', { qos: 1, retain: true })
  if (habits.listensToReceipts) client.subscribe(topicOf(id, 'receipts'), { qos: 1 })
}
