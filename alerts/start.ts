import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { consume } from '../journal/consume.ts'
import { type Journal, type Lane, lanes } from '../journal/journal.ts'
import { readPosition } from '../store/positions.ts'
import { openReader } from '../store/reader.ts'
import type { Store } from '../store/store.ts'
import { nextTimerAt } from '../store/ticket_rows.ts'
import { consumer, foldBatch } from './batch.ts'
import { currentRules, type Rules } from './judge.ts'
import { lag, position, timersTotal, unansweredTotal } from './metrics.ts'
import { tellingLoop } from './partners/worker.ts'
import { sharingLoop } from './sharing/loop.ts'
import { timersPerTurn, workTimers } from './timers.ts'

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
/** How often timers are looked at, and the most by which an alarm about an unanswered ticket is late. */
const lookEveryMs = 250

/** `zone`: by which plans and rotas go, and of device clocks that tell none; an IANA name. */
export type AlertsOptions = { journal: Journal; store: Store; clock: Clock; log: Logger; zone: string }

/**
 * Starts the alert service: one loop a lane, each with its own position, so that urgent never waits for bulk,
 * and one for the timers. `close` ends the loops after the transaction at hand.
 */
export async function startAlerts(options: AlertsOptions): Promise<{ close(): Promise<void> }> {
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
  loops.push(watchTimers(options, signal), watchLag(options, signal))
  loops.push(sharingLoop(options, signal), tellingLoop(options, signal))
  return {
    async close() {
      closing.abort()
      await Promise.all(loops)
    },
  }
}

/** Works timers as they fall due, turn after turn while there are more. Nothing stops it but `signal`. */
async function watchTimers(options: AlertsOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options
  while (!signal.aborted) {
    let worked = 0
    try {
      worked = await workDueTimers(options)
    } catch (err) {
      log.error({ err }, 'alerts: timers could not be worked, trying again')
    }
    if (worked < timersPerTurn) await clock.sleep(lookEveryMs, signal)
  }
}

/** Gives how many it worked; takes the one place of a writer only when something is due. */
async function workDueTimers({ store, clock, zone }: AlertsOptions): Promise<number> {
  const next = await nextTimerAt(store.db)
  if (next === undefined || next > clock.now()) return 0
  const worked = await store.write((tx) => workTimers(tx, clock.now(), zone))
  for (const { did, ticket } of worked) {
    timersTotal.inc({ did, severity: ticket.severity })
    if (did === 'alarmed') unansweredTotal.inc({ severity: ticket.severity })
  }
  return worked.length
}

async function watchLag({ journal, store, clock, log }: AlertsOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const lane of lanes) {
      try {
        lag.set({ lane }, Math.max(0, (await journal.head(lane)) - (await readPosition(store.db, consumer, lane))))
      } catch (err) {
        log.warn({ err, lane }, 'alerts: the lag could not be measured')
      }
    }
    await clock.sleep(lookEveryMs, signal)
  }
}
