import type { MqttClient } from 'mqtt'
import { topicOf } from '../domain/topics.ts'
import { connectDevice, deliver } from './fleet.ts'
import type { System } from './system.ts'

/** A message of a device of a night, named as in its story. Objects go as JSON, strings as they are. */
export type Message = {
  device: string
  channel: 'signals' | 'readings' | 'motion'
  payload: unknown
  retain?: boolean
}

/** The devices of one home, each connected by a real MQTT client that comes back by itself and sends again. */
export type Devices = {
  /** Resolves when the message is acknowledged, however often the line breaks in between. */
  send(message: Message): Promise<void>
  /** Sends over a line that is dead on the way back, until `lineBreaks`. */
  sendUnheard(message: Message): void
  /** The front door has gone; a device that heard nothing any more finds out by itself only much later. */
  lineBreaks(): void
  /** Resolves when everything that was sent is acknowledged. */
  acknowledged(): Promise<void>
  close(): void
}

/** Registers the devices in the home, as `{home}-{name}`, and connects them. */
export async function moveIn(system: System, home: string, names: string[]): Promise<Devices> {
  const clients = new Map<string, MqttClient>()
  for (const name of names) {
    const id = `${home}-${name}`
    const { token } = await system.call<{ token: string }>('POST', '/devices', { id, home, model: name })
    clients.set(name, await connectDevice(system, { id, token, home }))
  }
  const deaf = new Set<MqttClient>()
  const sending: Promise<void>[] = []

  function clientOf(device: string): MqttClient {
    const client = clients.get(device)
    if (!client) throw new Error(`there is no device ${device} in this night`)
    return client
  }
  function send({ device, channel, payload, retain }: Message): Promise<void> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const sent = deliver(clientOf(device), topicOf(`${home}-${device}`, channel), text, retain)
    // Whoever does not wait for it asks with `acknowledged`, or not at all.
    sent.catch(() => {})
    sending.push(sent)
    return sent
  }
  return {
    send,
    sendUnheard(message) {
      const client = clientOf(message.device)
      client.stream.unpipe()
      deaf.add(client)
      void send(message)
    },
    lineBreaks() {
      for (const client of deaf) client.stream.destroy()
      deaf.clear()
    },
    acknowledged: async () => void (await Promise.all(sending)),
    close() {
      for (const client of clients.values()) client.end(true)
    },
  }
}
