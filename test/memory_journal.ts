import { EventEmitter, once } from 'node:events'
import type { Journal, JournalRecord, Lane, StoredRecord } from '../journal/journal.ts'

/** A journal in memory, for tests of what reads one: the contract without the disk. `trim` keeps everything. */
export function memoryJournal(): Journal {
  const kept: Record<Lane, StoredRecord[]> = { urgent: [], bulk: [] }
  const appended = new EventEmitter().setMaxListeners(0)
  return {
    async append(lane: Lane, record: JournalRecord) {
      const seq = kept[lane].length + 1
      kept[lane].push({ ...record, lane, seq })
      appended.emit(lane)
      return seq
    },
    read: async (lane, after, most) => kept[lane].slice(after, after + most),
    async waitBeyond(lane, after, signal) {
      while (!signal.aborted && kept[lane].length <= after) {
        await once(appended, lane, { signal }).catch(() => undefined)
      }
    },
    head: async (lane) => kept[lane].length,
    trim: async () => 0,
    close: async () => {},
  }
}
