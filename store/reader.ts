import { codecOf } from '../codecs/codecs.ts'
import { decodeRecord } from '../codecs/decode.ts'
import { placed, sourcesOf } from '../codecs/placing.ts'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import { zoneMinutesAt } from '../domain/zones.ts'
import { learnedOf } from './learned.ts'
import { speakerOf } from './speakers.ts'
import type { Db } from './store.ts'

/** A journalled message, as far as reading needs it. `principal`: the user name of its sender. */
export type ReadableRecord = Parameters<typeof decodeRecord>[0] & {
  principal: string | undefined
  replayOf?: string | undefined
}

/**
 * How ingest and alerts read a message alike: decoded with what its sender taught before and with the zone of clocks that tell
 * none, and every part of it given its device. Rejects where the registry cannot be read.
 */
export type Reader = (record: ReadableRecord) => Promise<Decoded>

/** `zone`: an IANA name. */
export function openReader({ db, zone }: { db: Db; zone: string }): Reader {
  const memories = new Map<string, Promise<Memory>>()

  /** The promise is what is kept: two lanes that ask at once must not each have a memory of their own. */
  function memoryOf(sender: string): Promise<Memory> {
    const known = memories.get(sender) ?? learnedOf(db, sender)
    memories.delete(sender)
    memories.set(sender, known)
    known.catch(() => memories.get(sender) === known && memories.delete(sender))
    const [oldest] = memories.keys()
    if (memories.size > limits.rememberedSenders && oldest !== undefined) memories.delete(oldest)
    return known
  }

  return async (record) => {
    const codec = codecOf(record.topic)
    // Vigil's own topics, which most messages are, say all there is to know.
    if (!codec || codec.device) return decodeRecord(record)
    const memory = await memoryOf(record.principal ?? administrator)
    const learned = (key: string): string | undefined => memory.get(key)
    const decoded = decodeRecord(record, { zoneMinutes: zoneMinutesAt(zone, record.receivedAt), learned })
    // What is replayed is of long ago: it teaches what nobody has taught since.
    const isReplay = record.replayOf !== undefined
    teach(memory, isReplay ? decoded.learned.filter(({ key }) => !memory.has(key)) : decoded.learned)
    const sources = sourcesOf(decoded)
    return sources.size === 0 ? decoded : placed(decoded, await speakerOf(db, record.principal, sources), codec.speaks)
  }
}

type Memory = Map<string, string>

/** Beyond the limit the oldest is forgotten, as it is in the registry. */
function teach(memory: Memory, learned: Decoded['learned']): void {
  for (const { key, value } of learned) {
    memory.delete(key)
    memory.set(key, value)
    const [oldest] = memory.keys()
    if (memory.size > limits.learnedPerSender && oldest !== undefined) memory.delete(oldest)
  }
}

/** In whose name is remembered what administrators teach. */
export const administrator = 'admin'
