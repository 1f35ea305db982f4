import { limits } from '../../domain/limits.ts'
import { type Journal, type Lane, lanes } from '../../journal/journal.ts'
import { beatsOf, type Worker, workers } from '../../store/beats.ts'
import { readPosition } from '../../store/positions.ts'
import type { Db } from '../../store/store.ts'
import type { Finding } from './finding.ts'

/** The last beat of a worker (epoch ms by its own clock) and since when that is the last by ours; `moved`: we saw it come. */
type Heard = { beat: number; at: number; moved: boolean }

/**
 * Watches that the workers live and that their clocks agree with the auditor's own. Stateful: by whose clock ever a beat was
 * written, a worker lives whose beats go on. `now`, `since` (when all may be expected to be at work): epoch ms.
 */
export function createWorkerAudit() {
  const heard = new Map<Worker, Heard>()
  return async (db: Db, now: number, since: number): Promise<Finding[]> => {
    const beats = await beatsOf(db)
    return workers.flatMap((worker): Finding[] => {
      const beat = beats.get(worker)
      const last = heard.get(worker)
      if (beat !== undefined && beat !== last?.beat) heard.set(worker, { beat, at: now, moved: last !== undefined })
      return faultOf(worker, heard.get(worker), { now, since })
    })
  }
}

function faultOf(worker: Worker, last: Heard | undefined, { now, since }: { now: number; since: number }): Finding[] {
  const quiet = now - Math.max(last?.at ?? 0, since)
  if (quiet > limits.auditGraceMs)
    return [{ code: 'worker_silent', detail: `${worker}: not heard of for ${Math.round(quiet / 1_000)} s` }]
  const apart = last?.moved ? last.beat - last.at : 0
  if (Math.abs(apart) <= limits.auditGraceMs) return []
  const where = apart > 0 ? 'ahead of' : 'behind'
  return [{ code: 'clock_apart', detail: `${worker} is ${Math.round(Math.abs(apart) / 1_000)} s ${where} the auditor` }]
}

/** How long a consumer may stand still while records wait. The urgent lane is for people on the floor. */
const stillMs: Record<Lane, number> = { urgent: limits.auditGraceMs, bulk: limits.auditBulkStillMs }

/** Watches how far consumers come in the journal. Stateful: standing still shows over time only. */
export function createLagAudit(consumers: readonly string[]) {
  const moved = new Map<string, { position: number; at: number }>()
  return async (db: Db, journal: Journal, now: number): Promise<Finding[]> => {
    const findings: Finding[] = []
    for (const lane of lanes) {
      const head = await journal.head(lane)
      for (const consumer of consumers) {
        const position = await readPosition(db, consumer, lane)
        const key = `${consumer} ${lane}`
        const last = moved.get(key)
        if (!last || position !== last.position || position >= head) moved.set(key, { position, at: now })
        else if (now - last.at > stillMs[lane])
          findings.push({
            code: 'consumer_stalled',
            detail: `${consumer} stands at ${position} of ${head} in the ${lane} lane`,
          })
      }
    }
    return findings
  }
}
