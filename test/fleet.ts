import { connectAsync, type MqttClient } from 'mqtt'
import type { Home } from '../domain/registry.ts'
import type { System } from './system.ts'

/** One reading that the front door acknowledged: the device, its event time and its value. */
export type Acknowledged = { device: string; at: number; value: number }

export type FleetDevice = { id: string; token: string; home: string }

/** Registers an area and `count` homes with one device for each of `kinds` (`home-3-pendant`). */
export async function registerHomes(system: System, count: number, kinds: string[]): Promise<FleetDevice[]> {
  await system.call('POST', '/areas', { id: 'city', name: 'City' })
  const devices: FleetDevice[] = []
  for (let i = 0; i < count; i++) {
    const home = await system.call<Home>('POST', '/homes', { id: `home-${i}`, area: 'city', address: `Street ${i}` })
    for (const kind of kinds) {
      const id = `${home.id}-${kind}`
      const { token } = await system.call<{ token: string }>('POST', '/devices', { id, home: home.id, model: kind })
      devices.push({ id, token, home: home.id })
    }
  }
  return devices
}

/** Connects as a device that comes back by itself and sends again what was not acknowledged. */
export async function connectDevice(system: System, device: FleetDevice): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, {
    username: device.id,
    password: device.token,
    clientId: device.id,
    clean: false,
    reconnectPeriod: 50,
    connectTimeout: 5_000,
  })
  client.on('error', () => {})
  client.setMaxListeners(100)
  return client
}

/**
 * Publishes at QoS 1 until it is acknowledged, however often the connection breaks in between: mqtt.js gives up a message
 * that was on its way when a second break came, a device would not.
 */
export async function deliver(client: MqttClient, topic: string, payload: string, retain = false): Promise<void> {
  for (;;) {
    try {
      await client.publishAsync(topic, payload, { qos: 1, retain })
      return
    } catch (err) {
      if (client.disconnecting) throw err
      if (!client.connected) await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    }
  }
}

export type Stream = {
  acknowledged: Acknowledged[]
  /** Resolves when `count` more readings have been acknowledged. */
  more(count: number): Promise<void>
  /** Stops publishing and resolves when everything that was sent is acknowledged. */
  finish(): Promise<void>
}

/** Publishes readings of all devices one after another, each with `window` unacknowledged at most, until told to finish. */
export function streamReadings(clients: Map<string, MqttClient>, from: number, window = 20): Stream {
  const acknowledged: Acknowledged[] = []
  const waiting: { count: number; resolve(): void }[] = []
  let stopping = false

  async function sender(device: string, client: MqttClient, step: number, offset: number): Promise<void> {
    for (let n = offset; !stopping; n += step) {
      const reading = { device, at: from + n, value: 40 + (n % 100) }
      const payload = JSON.stringify({ at: reading.at, readings: { heart_rate: reading.value } })
      await deliver(client, `vigil/v1/${device}/readings`, payload)
      acknowledged.push(reading)
      for (const waiter of [...waiting]) {
        if (--waiter.count > 0) continue
        waiting.splice(waiting.indexOf(waiter), 1)
        waiter.resolve()
      }
    }
  }
  const senders = [...clients].flatMap(([device, client]) =>
    Array.from({ length: window }, (_, i) => sender(device, client, window, i)),
  )
  return {
    acknowledged,
    more: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
    async finish() {
      stopping = true
      await Promise.all(senders)
    },
  }
}

/** The heart rates that are stored of one device, by event time in epoch ms. */
export async function storedReadings(system: System, device: FleetDevice, from: number): Promise<Map<number, number>> {
  type Answer = { series: { device: string; points: [string | number, number][] }[] }
  const to = new Date(from + 24 * 3_600_000).toISOString()
  const query = `metric=heart_rate&from=${new Date(from).toISOString()}&to=${to}`
  const { series } = await system.call<Answer>('GET', `/homes/${device.home}/telemetry?${query}`)
  const points = series.find((s) => s.device === device.id)?.points ?? []
  return new Map(points.map(([at, value]) => [new Date(at).getTime(), value]))
}
