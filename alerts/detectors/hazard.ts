import { signals } from '../../domain/signals.ts'
import type { Detector } from './detector.ts'

/** Smoke, gas, carbon monoxide, water: the home is in danger, and with it who lives there. */
export const hazard: Detector = {
  name: 'hazard',
  kinds: ['smoke', 'gas', 'carbon_monoxide', 'water_leak'],
  detect: ({ signal }) => ({
    reason: 'hazard_reported',
    kind: signal,
    severity: signals[signal].severity,
    doubts: [],
  }),
}
