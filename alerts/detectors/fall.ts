import { signals } from '../../domain/signals.ts'
import type { Detector } from './detector.ts'

/** Below even odds the device itself thinks it more likely that nobody fell (pre-alarms: `fall_warning`, `maybe_fall`). */
const evenOdds = 0.5

/** A fall as the device reports it: certain, or only suspected, which ranks lower but is a ticket all the same. */
export const fall: Detector = {
  name: 'fall',
  kinds: ['fall'],
  detect: ({ confidence }) =>
    confidence !== undefined && confidence < evenOdds
      ? { reason: 'fall_suspected', kind: 'fall', severity: 'medium', doubts: ['low_confidence'] }
      : { reason: 'fall_reported', kind: 'fall', severity: signals.fall.severity, doubts: [] },
}
