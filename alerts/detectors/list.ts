import type { SignalKind } from '../../domain/signals.ts'
import type { Detector } from './detector.ts'
import { fall } from './fall.ts'
import { hazard } from './hazard.ts'
import { reported } from './reported.ts'
import { sos } from './sos.ts'

/** Every detector. A new one is added here and nowhere else. */
export const detectors: readonly Detector[] = [sos, fall, hazard, reported]

const byKind = new Map(detectors.flatMap((detector) => detector.kinds.map((kind) => [kind, detector] as const)))

/** The one detector of a signal kind. Throws where the list has none, which the test of the list rules out. */
export function detectorOf(kind: SignalKind): Detector {
  const detector = byKind.get(kind)
  if (!detector) throw new Error(`no detector for ${kind}`)
  return detector
}
