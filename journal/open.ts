import { join } from 'node:path'
import type { Clock } from '../domain/clock.ts'
import type { Journal } from './journal.ts'
import { openLmdbJournal } from './lmdb.ts'

/** Opens the journal of a data folder; one process opens it for writing, all others `readOnly`. */
export function openJournal(options: {
  data: string
  clock: Clock
  readOnly?: boolean
  diskReserveBytes?: number
}): Promise<Journal> {
  return openLmdbJournal({ ...options, path: join(options.data, 'journal') })
}
