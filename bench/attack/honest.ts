import { connect } from 'node:net'
import { isoTime, systemClock } from '../../domain/clock.ts'
import type { LiveEvent } from '../../domain/ticket.ts'
import { followEvents } from '../../simulators/api/live_events.ts'
import { Latencies } from '../../simulators/load/latencies.ts'
import type { FleetDevice } from '../pipeline/fleet.ts'
import { packetReader } from '../pipeline/packets.ts'
import { connectPacket, publishPacket } from './packets.ts'

/** How a device brings its SOS: on a connection that stands, on one that it opens for it, or by HTTP. */
export const ways = ['connected', 'anew', 'http'] as const
export type Way = (typeof ways)[number]

export type Presses = { pressed: number; latencies: Latencies }

export type Honest = {
  /** Figures since the last call, by way. */
  take(): Record<Way, Presses>
  /** Stops pressing, and resolves when every press is on a ticket, or with what is on none after `withinMs`. */
  finish(withinMs: number): Promise<string[]>
}

type Options = {
  mqttPort: number
  httpUrl: string
  adminToken: string
  devices: readonly FleetDevice[]
  everyMs: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const keyOf = (device: string, at: string): string => `${device} ${at}`

/**
 * Devices that press SOS, one after the other in turn, each in a home of its own, and again until it is acknowledged. The
 * time counts from the first try to the live event that shows the press on a ticket.
 */
export async function openHonest(options: Options): Promise<Honest> {
  const { devices, everyMs } = options
  const pending = new Map<string, { at: number; way: Way }>()
  const stopping = new AbortController()
  let figures = noPresses()
  const live = await followEvents({
    httpUrl: options.httpUrl,
    token: options.adminToken,
    clock: systemClock,
    onEvent: (event) => seen(event),
  })

  function seen({ ticket }: LiveEvent): void {
    for (const { device, at } of ticket?.evidence ?? []) {
      const press = pending.get(keyOf(device, at))
      if (!press) continue
      pending.delete(keyOf(device, at))
      figures[press.way].latencies.add(performance.now() - press.at)
    }
  }

  async function press(n: number): Promise<void> {
    const way = ways[n % ways.length]!
    const device = devices[n % devices.length]!
    const at = systemClock.now()
    pending.set(keyOf(device.device, isoTime(at)), { at: performance.now(), way })
    figures[way].pressed += 1
    const body = JSON.stringify({ at, signal: 'sos' })
    while (!(await deliver(options, way, device, body)) && !stopping.signal.aborted) await pause(50)
  }

  const pressing = (async () => {
    const start = performance.now()
    for (let n = 0; !stopping.signal.aborted; n++) {
      void press(n)
      await pause(Math.max(1, start + (n + 1) * everyMs - performance.now()))
    }
  })()

  return {
    take() {
      const taken = figures
      figures = noPresses()
      return taken
    },
    async finish(withinMs) {
      stopping.abort()
      await pressing
      const latest = performance.now() + withinMs
      while (pending.size > 0 && performance.now() < latest) await pause(20)
      await live.close()
      for (const line of standing.values()) line.close()
      standing.clear()
      return [...pending.keys()]
    },
  }
}

const noPresses = (): Record<Way, Presses> => ({
  connected: { pressed: 0, latencies: new Latencies() },
  anew: { pressed: 0, latencies: new Latencies() },
  http: { pressed: 0, latencies: new Latencies() },
})

/** Resolves with whether the press is acknowledged. */
function deliver(options: Options, way: Way, device: FleetDevice, body: string): Promise<boolean> {
  if (way === 'http') return deliverHttp(options, device, body)
  const line = (way === 'connected' && standing.get(device.device)) || openLine(options.mqttPort, device)
  if (way === 'connected') standing.set(device.device, line)
  return line.publish(`vigil/v1/${device.device}/signals`, body).then((acknowledged) => {
    if (way === 'anew' || !acknowledged) {
      standing.delete(device.device)
      line.close()
    }
    return acknowledged
  })
}

async function deliverHttp({ httpUrl }: Options, { device, token }: FleetDevice, body: string): Promise<boolean> {
  const answer = await fetch(`${httpUrl}/api/v1/devices/${device}/signals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  }).catch(() => undefined)
  await answer?.arrayBuffer().catch(() => undefined)
  return answer?.status === 202
}

type Line = { publish(topic: string, body: string): Promise<boolean>; close(): void }
const standing = new Map<string, Line>()

/** A device that waits this long for its acknowledgement tries again on another connection. */
const patienceMs = 2_000

function openLine(port: number, { device, token }: FleetDevice): Line {
  const socket = connect({ host: '127.0.0.1', port, localAddress: '127.200.0.1', noDelay: true })
  socket.write(connectPacket(device, token))
  const waiting = new Map<number, (acknowledged: boolean) => void>()
  let next = 0
  const end = () => {
    socket.destroy()
    for (const settle of waiting.values()) settle(false)
    waiting.clear()
  }
  const read = packetReader({
    onConnack: (code) => void (code === 0 || end()),
    onPuback(id) {
      waiting.get(id)?.(true)
      waiting.delete(id)
    },
  })
  socket.on('data', read)
  socket.on('error', end)
  socket.on('close', end)
  return {
    publish(topic, body) {
      if (socket.destroyed) return Promise.resolve(false)
      const messageId = (next++ % 65_535) + 1
      socket.write(publishPacket(topic, body, { qos: 1, messageId }))
      return new Promise((resolve) => {
        const tooLate = setTimeout(() => resolve(false), patienceMs)
        waiting.set(messageId, (acknowledged) => {
          clearTimeout(tooLate)
          resolve(acknowledged)
        })
      })
    },
    close: () => void socket.destroy(),
  }
}
