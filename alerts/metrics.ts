import { Counter, Gauge, Histogram } from 'prom-client'
import type { Outcome } from './fold.ts'

export const signalsFolded = new Counter({
  name: 'vigil_alerts_signals_total',
  help: 'Safety signals by kind, by what became of them, and by the reason for that',
  labelNames: ['signal', 'what', 'reason'] as const,
})
export const signalsDoubted = new Counter({
  name: 'vigil_alerts_doubts_total',
  help: 'Safety signals by each reason for which they are unverified',
  labelNames: ['doubt'] as const,
})
export const signalsSkewed = new Counter({
  name: 'vigil_alerts_skewed_total',
  help: 'Safety signals of devices whose clock is off by more than a minute',
})
export const ignoredPresses = new Counter({
  name: 'vigil_alerts_plain_presses_total',
  help: 'Presses of buttons that the registry does not have as SOS buttons: kept as readings, no alarm',
})
export const ticketSeconds = new Histogram({
  name: 'vigil_alerts_ticket_seconds',
  help: 'From the receipt of a signal at the front door to the commit of its ticket',
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
})
export const unansweredTotal = new Counter({
  name: 'vigil_alerts_unanswered_total',
  help: 'Alarms about open tickets that nobody answered in time, by severity',
  labelNames: ['severity'] as const,
})
export const timersTotal = new Counter({
  name: 'vigil_alerts_timers_total',
  help: 'Timers of tickets that were worked, by what was done: alarmed again, escalated by plan, lapsed, nothing',
  labelNames: ['did', 'severity'] as const,
})
export const noticesTotal = new Counter({
  name: 'vigil_notices_total',
  help: 'Attempts at telling people and programs, by result',
  labelNames: ['result'] as const,
})
export const noticeSeconds = new Histogram({
  name: 'vigil_notice_seconds',
  help: 'From the cause of a notice to its delivery to the other side',
  buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600],
})
export const breakersOpen = new Gauge({
  name: 'vigil_notice_targets_left_alone',
  help: 'Channels that failed again and again and are tried only now and then',
})
export const auditsTotal = new Counter({
  name: 'vigil_audits_total',
  help: 'Turns of the auditor: all was well, something was found, it was too early to tell, or it could not look',
  labelNames: ['result'] as const,
})
export const auditFindings = new Gauge({
  name: 'vigil_audit_findings',
  help: '1 for every promise that the auditor does not find kept just now',
  labelNames: ['code'] as const,
})
export const switchFed = new Counter({
  name: 'vigil_switch_total',
  help: 'Requests to the dead-man’s switch, by result',
  labelNames: ['result'] as const,
})
export const brokenTotal = new Counter({
  name: 'vigil_alerts_internal_errors_total',
  help: 'Records over which our own code broke; their signals opened tickets all the same',
})
export const failedBatches = new Counter({
  name: 'vigil_alerts_failed_batches_total',
  help: 'Batches that could not be committed and were tried again, by lane',
  labelNames: ['lane'] as const,
})
export const position = new Gauge({
  name: 'vigil_alerts_position',
  help: 'Sequence number up to which a lane is folded and committed',
  labelNames: ['lane'] as const,
})
export const lag = new Gauge({
  name: 'vigil_alerts_lag_records',
  help: 'Records of a lane that are not folded yet',
  labelNames: ['lane'] as const,
})

/** Counts what was committed. Called after the commit, because a transaction may run more than once. `now` in epoch ms. */
export function countOutcomes(outcomes: Outcome[], now: number): void {
  for (const { alert, what, reason, doubts } of outcomes) {
    signalsFolded.inc({ signal: alert.signal, what, reason }, 1 + alert.copies)
    for (const doubt of doubts) signalsDoubted.inc({ doubt })
    if (alert.time.skewMs !== null) signalsSkewed.inc()
    if (what === 'open') ticketSeconds.observe(Math.max(0, now - alert.record.receivedAt) / 1000)
  }
}
