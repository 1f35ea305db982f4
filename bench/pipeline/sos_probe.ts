import { isoTime, systemClock } from '../../domain/clock.ts'
import type { LiveEvent } from '../../domain/ticket.ts'
import { type Following, followEvents } from '../../simulators/api/live_events.ts'
import { Latencies } from '../../simulators/load/latencies.ts'
import type { FleetDevice } from './fleet.ts'
import { type Encoder, messageIdOf, publishPacket } from './packets.ts'
import { Publisher } from './publisher.ts'

/** Between two SOS, ms. */
const EVERY = 200
/** How long to wait for the last live events, ms. */
const SEEN_WITHIN = 30_000

export type ProbeResult = {
  sent: number
  acked: number
  /** Pressed, and no live event has shown it: must be 0. */
  unseen: number
  /** From the write of the PUBLISH to the live event. */
  latencies: Latencies
  /** From the write of the PUBLISH to its PUBACK. */
  acks: Latencies
}

export type SosProbe = {
  /** Presses one pendant after the other while `signal` is not aborted, and waits until all are seen. */
  press(signal: AbortSignal): Promise<ProbeResult>
  /** The homes whose SOS were acknowledged. */
  homesAcked(): Set<string>
  close(): Promise<void>
}

/** Which presses are on their way: by device and event time, which is different for each. */
type Pending = Map<string, number>

const keyOf = (device: string, at: string): string => `${device} ${at}`

/** A SOS with the time of now, whose length does not change: epoch ms have 13 digits until the year 2286. */
function sosEncoder({ device }: FleetDevice, pending: Pending): Encoder {
  const packetAt = (at: number, seq: number) =>
    publishPacket(`vigil/v1/${device}/signals`, JSON.stringify({ at, signal: 'sos', confidence: 1 }), messageIdOf(seq))
  return {
    length: packetAt(Date.now(), 1).length,
    write(into, offset, seq) {
      const at = Date.now()
      pending.set(keyOf(device, isoTime(at)), performance.now())
      packetAt(at, seq).copy(into, offset)
    },
  }
}

function seen(event: LiveEvent, pending: Pending, latencies: Latencies): void {
  for (const { device, at } of event.ticket?.evidence ?? []) {
    const key = keyOf(device, at)
    const sentAt = pending.get(key)
    if (sentAt === undefined) continue
    pending.delete(key)
    latencies.add(performance.now() - sentAt)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function pressInTurn(pendants: Publisher[], turn: { n: number }, signal: AbortSignal): Promise<number> {
  let sent = 0
  const start = performance.now()
  while (!signal.aborted) {
    sent += pendants[turn.n++ % pendants.length]!.send(1)
    await pause(Math.max(1, start + sent * EVERY - performance.now()))
  }
  return sent
}

async function untilSeen(pending: Pending): Promise<void> {
  const latest = performance.now() + SEEN_WITHIN
  while (pending.size > 0 && performance.now() < latest) await pause(5)
}

type ProbeOptions = { port: number; httpUrl: string; adminToken: string; pendants: readonly FleetDevice[] }

async function connectPendants({ port, pendants }: ProbeOptions, pending: Pending, acks: Latencies) {
  const publishers = pendants.map((pendant) => {
    const { device, token } = pendant
    const encoder = sosEncoder(pendant, pending)
    return new Publisher({ device, token, port, window: 100, encoder }, acks)
  })
  for (const publisher of publishers) await publisher.connect()
  return publishers
}

/** Connects the pendants and listens to the live events; both in this process, so that one clock measures. */
export async function openSosProbe(options: ProbeOptions): Promise<SosProbe> {
  const pending: Pending = new Map()
  let latencies = new Latencies()
  const acks = new Latencies()
  const publishers = await connectPendants(options, pending, acks)
  const live: Following = await followEvents({
    httpUrl: options.httpUrl,
    token: options.adminToken,
    clock: systemClock,
    onEvent: (event) => seen(event, pending, latencies),
  })
  const turn = { n: 0 }
  const acked = () => publishers.reduce((sum, publisher) => sum + publisher.acked, 0)
  return {
    async press(signal) {
      latencies = new Latencies()
      acks.clear()
      const before = acked()
      const sent = await pressInTurn(publishers, turn, signal)
      await untilSeen(pending)
      return { sent, acked: acked() - before, unseen: pending.size, latencies, acks: acks.copy() }
    },
    homesAcked: () => new Set(options.pendants.filter((_, n) => publishers[n]!.acked > 0).map(({ home }) => home)),
    async close() {
      for (const publisher of publishers) publisher.close()
      await live.close()
    },
  }
}
