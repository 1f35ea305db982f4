import type { Journal } from '../journal/journal.ts'
import { openJournal } from '../journal/open.ts'
import type { House } from './house.ts'

const tryEveryMs = 100
const complainEveryMs = 10_000

/**
 * Opens the journal for reading, and waits for it where the front door has not made it yet. Rejects only when the
 * house's signal aborts.
 */
export async function openJournalForReading({ config, clock, log, signal }: House): Promise<Journal> {
  let complainAt = clock.now() + complainEveryMs
  for (;;) {
    try {
      return await openJournal({ data: config.data, clock, readOnly: true })
    } catch (err) {
      signal.throwIfAborted()
      if (clock.now() >= complainAt) {
        log.warn({ err }, 'waiting for the journal, which the broker process makes')
        complainAt = clock.now() + complainEveryMs
      }
      await clock.sleep(tryEveryMs, signal)
    }
  }
}
