import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { beat } from '../store/beats.ts'
import type { Store } from '../store/store.ts'
import { nextTimerAt, setTimer } from '../store/ticket_rows.ts'
import { endSessions, isSessionOver } from './escalation/sessions.ts'
import { brokenTotal, timersTotal, unansweredTotal } from './metrics.ts'
import { type DueTimer, dueTimers, timersPerTurn, type Worked, workTimers } from './timers.ts'

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
async function workDue(watching: Watching): Promise<number> {
  const { store, clock } = watching
  if (await isSessionOver(store.db, clock.now())) await store.write((tx) => endSessions(tx, clock.now()))
  const next = await nextTimerAt(store.db)
  if (next === undefined || next > clock.now()) return 0
  const worked = await workTurn(watching)
  for (const { did, ticket } of worked) {
    timersTotal.inc({ did, severity: ticket.severity })
    if (did === 'alarmed') unansweredTotal.inc({ severity: ticket.severity })
  }
  return worked.length
}

/** All that is due in one transaction, or, where that cannot be, each on its own: what breaks over one must not hold up the others. */
async function workTurn(watching: Watching): Promise<Worked[]> {
  const { store, clock, zone, log } = watching
  try {
    return await store.write((tx) => workTimers(tx, clock.now(), zone))
  } catch (err) {
    // While the database is away this fails too, and all is tried again.
    await store.write((tx) => beat(tx, 'timers', clock.now()))
    log.error({ err }, 'alerts: timers could not be worked together; working them one by one')
  }
  const worked: Worked[] = []
  for (const due of await dueTimers(store.db, clock.now())) worked.push(...(await workAlone(watching, due)))
  return worked
}

/** After which a timer that our own code broke over is tried again; meanwhile the auditor tells. */
const brokenAgainMs = 60_000

async function workAlone({ store, clock, zone, log }: Watching, due: DueTimer): Promise<Worked[]> {
  try {
    return await store.write((tx) => workTimers(tx, clock.now(), zone, due))
  } catch (err) {
    brokenTotal.inc()
    log.error({ err, ticket: due.id, timer: due.what }, 'alerts: our own code broke on a timer; it is tried again')
    await store.write((tx) => setTimer(tx, due.id, due.what, clock.now() + brokenAgainMs))
    return []
  }
}
