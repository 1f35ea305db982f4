import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { consume } from '../journal/consume.ts'
import { type Journal, type Lane, lanes } from '../journal/journal.ts'
import { readPosition } from '../store/positions.ts'
import { openReader } from '../store/reader.ts'
import type { Store } from '../store/store.ts'
import { consumer, foldBatch } from './batch.ts'
import { currentRules, type Rules } from './judge.ts'
import { lag, position } from './metrics.ts'
import { workNotices } from './outbox/outbox.ts'
import { openWording } from './outbox/wording.ts'
import { tellingLoop } from './partners/worker.ts'
import { sharingLoop } from './sharing/loop.ts'
import { type AlertsState, lagOf, stateOf } from './state.ts'
import { watchTimers } from './watch_timers.ts'

/**
 * Most records of one batch; of those that need work a transaction takes fewer. An SOS waits for the commit of the
 * transaction before it, of either lane, so they are small enough to take some milliseconds. Most of a large urgent
 * batch are repeats, which are only counted; bulk records carry hardly ever a signal and cost only their decoding.
 */
const batchOf: Record<Lane, number> = { urgent: 1_000, bulk: 500 }
/**
 * Pause after a bulk batch that was not full. The front door lets no signal into that lane, so nobody waits for it, and
 * the one place of a writer is left to those who hurry.
 */
const bulkPauseMs = 200
const lagEveryMs = 1_000

export type Alerts = { state(): Promise<AlertsState>; close(): Promise<void> }

/**
 * `zone`: by which plans and rotas go, and of device clocks that tell none; an IANA name. `publicUrl`: under which people reach
 * this house, for the links in messages; absent: messages have none.
 */
export type AlertsOptions = {
  journal: Journal
  store: Store
  clock: Clock
  log: Logger
  zone: string
  publicUrl?: string | undefined
}

/**
 * Starts the alert service: one loop a lane, each with its own position, so that urgent never waits for bulk,
 * one for the timers and one for the outbox. `close` ends the loops after the transaction at hand; `state` tells how far they are.
 */
export async function startAlerts(options: AlertsOptions): Promise<Alerts> {
  const { journal, store, clock, log, zone } = options
  const closing = new AbortController()
  const { signal } = closing
  const starts = await Promise.all(
    lanes.map(async (lane) => ({ lane, after: await readPosition(store.db, consumer, lane) })),
  )
  const rules: Rules = { ...currentRules, decode: openReader({ db: store.db, zone }) }
  const loops = starts.map(({ lane, after }) => {
    position.set({ lane }, after)
    const handle = async (records: Parameters<typeof foldBatch>[1]) => {
      await foldBatch({ store, clock, log, rules }, records)
      position.set({ lane }, records.at(-1)?.seq ?? 0)
      if (lane === 'bulk' && records.length < batchOf.bulk) await clock.sleep(bulkPauseMs, signal)
    }
    return consume({ journal, lane, after, most: batchOf[lane], signal, handle, clock, log })
  })
  const outbox = { ...options, word: openWording(options) }
  loops.push(watchTimers(options, signal), workNotices(outbox, signal), watchLag(options, signal))
  loops.push(sharingLoop(options, signal), tellingLoop(options, signal))
  return {
    state: () => stateOf({ journal, store }),
    async close() {
      closing.abort()
      await Promise.all(loops)
    },
  }
}

async function watchLag({ clock, log, ...from }: AlertsOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const lane of lanes) {
      try {
        lag.set({ lane }, await lagOf(from, lane))
      } catch (err) {
        log.warn({ err, lane }, 'alerts: the lag could not be measured')
      }
    }
    await clock.sleep(lagEveryMs, signal)
  }
}
