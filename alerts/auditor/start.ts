import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'
import { auditFindings, auditsTotal, switchFed } from '../metrics.ts'
import { type Finding, type FindingCode, findingCodes } from './finding.ts'
import { auditOutgoing } from './outgoing.ts'
import { raise, sayRecovered } from './system_tickets.ts'
import { auditTickets, mendTickets } from './tickets.ts'
import { auditWorkers, createLagAudit } from './workers.ts'

/**
 * `switchUrl`: the dead-man's switch, asked (GET) as long as all is well; whoever stands behind it raises the alarm when it is
 * asked no more. `consumers`: of the journal, by the names of their positions. `clock` is the auditor's own.
 */
export type AuditorOptions = {
  store: Store
  journal: Journal
  clock: Clock
  log: Logger
  consumers: readonly string[]
  switchUrl: string | undefined
}

/**
 * Starts the auditor: at every turn it proves that each open ticket has a living next step, that what was to leave the house has
 * left it, and that all workers live. What does not hold becomes a system ticket, is mended where that can be done, and the
 * dead-man's switch is fed no more. Where it cannot even look, the switch is not fed either.
 */
export function startAuditor(options: AuditorOptions): { close(): Promise<void> } {
  const closing = new AbortController()
  const turns = audit(options, closing.signal)
  return {
    async close() {
      closing.abort()
      await turns
    },
  }
}

async function audit(options: AuditorOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, consumers } = options
  const since = clock.now()
  const lag = createLagAudit(consumers)
  let before = new Set<FindingCode>()
  let fedAt = 0
  while (!signal.aborted) {
    try {
      const findings = await look(options, { since, lag })
      before = await act(options, findings, before)
      auditsTotal.inc({ result: findings.length > 0 ? 'found' : 'well' })
      if (findings.length === 0 && clock.now() - fedAt >= limits.switchEveryMs) {
        await feed(options, signal)
        fedAt = clock.now()
      }
    } catch (err) {
      auditsTotal.inc({ result: 'failed' })
      log.error({ err }, 'auditor: it could not look; the dead-man’s switch is not fed')
    }
    await clock.sleep(limits.auditEveryMs, signal)
  }
}

type Looking = { since: number; lag: ReturnType<typeof createLagAudit> }

async function look({ store, journal, clock }: AuditorOptions, { since, lag }: Looking): Promise<Finding[]> {
  const { db } = store
  const now = clock.now()
  const stalled = await lag(db, journal, now)
  // What fell due while nothing ran is worked in the first moments.
  if (now - since < limits.auditGraceMs) return []
  return [
    ...stalled,
    ...(await auditWorkers(db, now, since)),
    ...(await auditTickets(db, now)),
    ...(await auditOutgoing(db, now)),
  ]
}

/** Raises what was found, mends what can be, says what is over. Gives the codes that were found. */
async function act(
  { store, clock, log }: AuditorOptions,
  findings: Finding[],
  before: ReadonlySet<FindingCode>,
): Promise<Set<FindingCode>> {
  const codes = new Set(findings.map(({ code }) => code))
  for (const code of Object.keys(findingCodes) as FindingCode[]) auditFindings.set({ code }, codes.has(code) ? 1 : 0)
  const over = [...before].filter((code) => !codes.has(code))
  if (codes.size === 0 && over.length === 0) return codes
  for (const { code, detail } of findings) log.error({ code, detail }, `auditor: ${findingCodes[code].text}`)
  await store.write(async (tx) => {
    const at = clock.now()
    for (const finding of findings) {
      await raise(tx, finding, at)
      await mendTickets(tx, finding.tickets ?? [], at)
    }
    for (const code of over) await sayRecovered(tx, code, at)
  })
  return codes
}

async function feed({ switchUrl, clock, log }: AuditorOptions, signal: AbortSignal): Promise<void> {
  if (!switchUrl) return
  const late = new AbortController()
  const cancel = clock.after(limits.noticeWithinMs, () => late.abort())
  try {
    const answer = await fetch(switchUrl, { signal: AbortSignal.any([late.signal, signal]), redirect: 'error' })
    await answer.body?.cancel()
    switchFed.inc({ result: answer.ok ? 'fed' : 'refused' })
    if (!answer.ok) log.warn({ status: answer.status }, 'auditor: the dead-man’s switch did not take it')
  } catch {
    switchFed.inc({ result: 'failed' })
    log.warn('auditor: the dead-man’s switch cannot be reached')
  } finally {
    cancel()
  }
}
