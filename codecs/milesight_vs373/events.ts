import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/**
 * The radar's events by number (vendor's page "Trigger report"; it prints "bradycardia" for 6, but the radar sees breathing).
 * `signal`: what an alarm of it is; `reading`: what is measured by it.
 */
export type RadarEvent = {
  name: string
  signal?: { kind: SignalKind; confidence?: number }
  reading?: { metric: MetricName; value: 0 | 1; wholeRoomOnly?: boolean }
}

export const radarEvents: Record<number, RadarEvent> = {
  0: { name: 'fall', signal: { kind: 'fall' } },
  1: { name: 'motionless', signal: { kind: 'inactivity' } },
  // long in one place is not without movement, so half as sure
  2: { name: 'dwell', signal: { kind: 'inactivity', confidence: 0.5 } },
  3: { name: 'out of bed', reading: { metric: 'in_bed', value: 0 } },
  4: { name: 'occupied', reading: { metric: 'presence', value: 1 } },
  // an empty region of several leaves the room as it is
  5: { name: 'vacant', reading: { metric: 'presence', value: 0, wholeRoomOnly: true } },
  6: { name: 'bradypnea', signal: { kind: 'vital_sign' } },
  7: { name: 'tachypnea', signal: { kind: 'vital_sign' } },
  8: { name: 'lying', reading: { metric: 'presence', value: 1 } },
}

/** `status`: 1 alarm, 2 resolved, 3 ignored by somebody, 4 a report of the state as it is. */
export const statusOf: Record<number, 'on' | 'over'> = { 1: 'on', 2: 'over', 3: 'over', 4: 'on' }
