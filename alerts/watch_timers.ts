import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { beat } from '../store/beats.ts'
import type { Store } from '../store/store.ts'
import { nextTimerAt } from '../store/ticket_rows.ts'
import { endSessions, isSessionOver } from './escalation/sessions.ts'
import { timersTotal, unansweredTotal } from './metrics.ts'
import { timersPerTurn, workTimers } from './timers.ts'

/** How often timers are looked at, and the most by which a step or an alarm is late. */
const lookEveryMs = 250

type Watching = { store: Store; clock: Clock; log: Logger; zone: string }

/**
 * Works timers and ended sessions as they fall due, turn after turn while there are more, and says every few seconds that it lives.
 * Nothing stops it but `signal`. Any number of processes may do so on one store.
 */
export async function watchTimers(watching: Watching, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = watching
  let beatAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    let worked = 0
    try {
      worked = await workDue(watching)
      if (clock.now() - beatAt >= limits.beatEveryMs) {
        beatAt = clock.now()
        await store.write((tx) => beat(tx, 'timers', beatAt))
      }
    } catch (err) {
      log.error({ err }, 'alerts: timers could not be worked, trying again')
    }
    if (worked < timersPerTurn) await clock.sleep(lookEveryMs, signal)
  }
}

/** Gives how many it worked; takes the one place of a writer only when something is due. */
async function workDue({ store, clock, zone }: Watching): Promise<number> {
  if (await isSessionOver(store.db, clock.now())) await store.write((tx) => endSessions(tx, clock.now()))
  const next = await nextTimerAt(store.db)
  if (next === undefined || next > clock.now()) return 0
  const worked = await store.write((tx) => workTimers(tx, clock.now(), zone))
  for (const { did, ticket } of worked) {
    timersTotal.inc({ did, severity: ticket.severity })
    if (did === 'alarmed') unansweredTotal.inc({ severity: ticket.severity })
  }
  return worked.length
}
