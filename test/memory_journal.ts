import { EventEmitter, once } from 'node:events'
import type { Journal, JournalRecord, Lane, StoredRecord } from '../journal/journal.ts'

/** A journal in memory, for tests of what reads one: the contract without the disk. `trim` keeps everything. */
export function memoryJournal(): Journal {
  const kept: Record<Lane, StoredRecord[]> = { urgent: [], bulk: [] }
  const next: Record<Lane, number> = { urgent: 1, bulk: 1 }
  const headOf = (lane: Lane) => kept[lane].at(-1)?.seq ?? 0
  const appended = new EventEmitter().setMaxListeners(0)
  return {
    async append(lane: Lane, record: JournalRecord) {
      const seq = next[lane]++
      kept[lane].push({ ...record, lane, seq })
      appended.emit(lane)
      return seq
    },
    continueAfter(lane, seq) {
      next[lane] = Math.max(next[lane], seq + 1)
    },
    async read(lane, after, most) {
      const from = kept[lane].findIndex(({ seq }) => seq > after)
      return from < 0 ? [] : kept[lane].slice(from, from + most)
    },
    async waitBeyond(lane, after, signal) {
      while (!signal.aborted && headOf(lane) <= after) {
        await once(appended, lane, { signal }).catch(() => undefined)
      }
    },
    head: async (lane) => headOf(lane),
    trim: async () => 0,
    close: async () => {},
  }
}
