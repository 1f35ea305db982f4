import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'
import { auditFindings, auditsTotal, switchFed } from '../metrics.ts'
import { byCode, type Finding, type FindingCode, findingCodes } from './finding.ts'
import { auditOutgoing } from './outgoing.ts'
import { raise, sayRecovered, toldOf } from './system_tickets.ts'
import { auditTickets, mendTickets } from './tickets.ts'
import { createLagAudit, createWorkerAudit } from './workers.ts'

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

/** `since`: when all may be expected to be at work; `awakeAt`: the end of the last turn in which it could look. Epoch ms. */
type Watching = {
  since: number
  awakeAt: number
  lag: ReturnType<typeof createLagAudit>
  workers: ReturnType<typeof createWorkerAudit>
}

async function audit(options: AuditorOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, consumers } = options
  const begun = { since: clock.now(), awakeAt: clock.now() }
  const watching: Watching = { ...begun, lag: createLagAudit(consumers), workers: createWorkerAudit() }
  let fedAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    try {
      const result = await turn(options, watching)
      auditsTotal.inc({ result })
      // A clock that was put back must not starve the switch.
      if (result === 'well' && Math.abs(clock.now() - fedAt) >= limits.switchEveryMs) {
        await feed(options, signal)
        fedAt = clock.now()
      }
      watching.awakeAt = clock.now()
    } catch (err) {
      auditsTotal.inc({ result: 'failed' })
      log.error({ err }, 'auditor: it could not look; the dead-man’s switch is not fed')
    }
    await clock.sleep(limits.auditEveryMs, signal)
  }
}

/** A turn that comes so much too late: the machine stood still, the clock was set, or there was no database. */
const lateMs = limits.auditGraceMs / 2

/**
 * Looks at everything once and acts upon it. What fell due while nothing ran, the auditor itself with it, is worked in the first
 * moments: so long it is too `early` to judge, and nothing is known to be well either.
 */
async function turn(options: AuditorOptions, watching: Watching): Promise<'early' | 'well' | 'found'> {
  const { store, journal, clock } = options
  const now = clock.now()
  const isLate = Math.abs(now - watching.awakeAt) > limits.auditEveryMs + lateMs
  if (isLate) watching.since = now
  const { since, lag, workers } = watching
  const overTime = [...(await lag(store.db, journal, now)), ...(await workers(store.db, now, since))]
  if (now - since <= limits.auditGraceMs) return 'early'
  const findings = byCode([
    ...overTime,
    ...(await auditTickets(store.db, now)),
    ...(await auditOutgoing(store.db, now)),
  ])
  await act(options, findings)
  return findings.length > 0 ? 'found' : 'well'
}

/** Raises what was found, mends what can be, says what is over. */
async function act({ store, clock, log }: AuditorOptions, findings: Finding[]): Promise<void> {
  const codes = new Set(findings.map(({ code }) => code))
  for (const code of Object.keys(findingCodes) as FindingCode[]) auditFindings.set({ code }, codes.has(code) ? 1 : 0)
  const over = (await toldOf(store.db)).filter((code) => !codes.has(code))
  if (codes.size === 0 && over.length === 0) return
  for (const { code, detail } of findings) log.error({ code, detail }, `auditor: ${findingCodes[code].text}`)
  await store.write(async (tx) => {
    const at = clock.now()
    for (const finding of findings) {
      await raise(tx, finding, at)
      await mendTickets(tx, finding.tickets ?? [], at)
    }
    for (const code of over) await sayRecovered(tx, code, at)
  })
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
