import { signals } from '../../domain/signals.ts'
import type { Detector } from './detector.ts'

/** What a device judged of a person by itself: a vital sign beyond its limits, nobody moving, somebody gone. */
export const reported: Detector = {
  name: 'reported',
  kinds: ['vital_sign', 'inactivity', 'wandering'],
  detect: ({ signal }) => ({
    reason: 'condition_reported',
    kind: signal,
    severity: signals[signal].severity,
    doubts: [],
  }),
}
