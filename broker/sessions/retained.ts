import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Disk } from './disk.ts'
import { isWildcard, matcher } from './filters.ts'
import { retainedHeld } from './metrics.ts'
import { ownBytes, type PublishPacket, sizeOf } from './packets.ts'
import { type RetainedRow, retainedRow } from './rows.ts'

/** The last retained message of each topic. */
export type Retained = {
  /** An empty one clears; so does one that is too large to be kept, since the one before is not true any more. */
  store(packet: PublishPacket): void
  /** Takes in what was read from the disk. */
  restore(n: number, row: RetainedRow): void
  /** Those that a filter stands for. By full name it is one look, whatever is retained. */
  matching(filter: string): PublishPacket[]
  topics(): Iterable<string>
  /** Forgets what was retained on a topic before `instant` (epoch ms). */
  forgetBefore(topic: string, instant: number): void
}

type Kept = RetainedRow & { n: number; bytes: number }

export function openRetained(disk: Disk, clock: Clock): Retained {
  /** The one that was not written for longest comes first. */
  const kept = new Map<string, Kept>()
  /** How many topics end so: no status is looked through for `vigil/v1/+/receipts`. */
  const endings = new Map<string, number>()
  let bytes = 0

  function count(topic: string, by: 1 | -1): void {
    const ending = lastLevel(topic)
    endings.set(ending, (endings.get(ending) ?? 0) + by)
    retainedHeld.set(kept.size)
  }

  function note(topic: string, n: number): void {
    disk.note(n, () => {
      const now = kept.get(topic)
      return now?.n === n ? retainedRow(now) : undefined
    })
  }

  function put(n: number, { packet, at }: RetainedRow): void {
    const known = kept.get(packet.topic)
    if (known) take(packet.topic, known)
    const one = { n, packet, at, bytes: sizeOf(packet) }
    kept.set(packet.topic, one)
    bytes += one.bytes
    count(packet.topic, 1)
  }

  function take(topic: string, one: Kept): void {
    kept.delete(topic)
    bytes -= one.bytes
    count(topic, -1)
  }

  function forget(topic: string): void {
    const known = kept.get(topic)
    if (!known) return
    take(topic, known)
    note(topic, known.n)
  }

  return {
    store(packet) {
      const size = Buffer.byteLength(packet.payload)
      if (size === 0 || size > limits.retainedPayloadBytes) return forget(packet.topic)
      const known = kept.get(packet.topic)
      const n = known?.n ?? disk.nextNumber()
      const isSame = known && known.packet.qos === packet.qos && sameBytes(known.packet.payload, packet.payload)
      put(n, { packet: { ...packet, payload: ownBytes(packet.payload) }, at: clock.now() })
      // Thousands of devices that come back after an outage say what they said before.
      if (!isSame) note(packet.topic, n)
      while (bytes > limits.retainedBytes) forget(kept.keys().next().value!)
    },
    restore: put,
    matching(filter) {
      if (!isWildcard(filter)) return [...(kept.has(filter) ? [kept.get(filter)!.packet] : [])]
      const ending = lastLevel(filter)
      if (!isWildcard(ending) && !endings.get(ending)) return []
      const matches = matcher(filter)
      return [...kept].filter(([topic]) => matches(topic)).map(([, { packet }]) => packet)
    },
    topics: () => kept.keys(),
    forgetBefore(topic, instant) {
      const one = kept.get(topic)
      if (one && one.at < instant) forget(topic)
    },
  }
}

const lastLevel = (topic: string): string => topic.slice(topic.lastIndexOf('/') + 1)

const sameBytes = (a: string | Buffer, b: string | Buffer): boolean => Buffer.from(a).equals(Buffer.from(b))
