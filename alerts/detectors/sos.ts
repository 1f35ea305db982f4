import { signals } from '../../domain/signals.ts'
import type { Detector } from './detector.ts'

/** A pressed button. A press is a press: the device's confidence in it is not asked. */
export const sos: Detector = {
  name: 'sos',
  kinds: ['sos'],
  detect: () => ({ reason: 'sos_pressed', kind: 'sos', severity: signals.sos.severity, doubts: [] }),
}
