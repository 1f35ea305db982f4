import { limits } from '../../domain/limits.ts'
import { type Journal, type Lane, lanes } from '../../journal/journal.ts'
import { beatsOf, workers } from '../../store/beats.ts'
import { readPosition } from '../../store/positions.ts'
import type { Db } from '../../store/store.ts'
import type { Finding } from './finding.ts'

/** Proves that the workers live and that their clocks agree with the auditor's own. `now`, `since` (its start): epoch ms. */
export async function auditWorkers(db: Db, now: number, since: number): Promise<Finding[]> {
  const beats = await beatsOf(db)
  return workers.flatMap((worker): Finding[] => {
    const at = beats.get(worker)
    const quiet = now - Math.max(at ?? 0, since)
    if (quiet > limits.auditGraceMs)
      return [{ code: 'worker_silent', detail: `${worker}: not heard of for ${Math.round(quiet / 1_000)} s` }]
    if (at !== undefined && at - now > limits.auditGraceMs)
      return [{ code: 'clock_apart', detail: `${worker} is ${Math.round((at - now) / 1_000)} s ahead of the auditor` }]
    return []
  })
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
