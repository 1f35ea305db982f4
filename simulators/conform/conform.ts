import type { Clock } from '../../domain/clock.ts'
import { type Bounds, boundsWith } from './bounds.ts'
import type { Faces } from './certificates.ts'
import type { Part } from './clauses/clause.ts'
import type { Decode } from './describe.ts'
import { type Door, openDoor } from './door.ts'
import { makeReport, type Report } from './report.ts'
import { nothingSeen } from './seen.ts'
import { type Guide, holdTrials } from './trials.ts'

export type ConformOptions = {
  device: string
  /** Where the real Vigil listens for MQTT. */
  vigil: { host: string; port: number }
  /** Where the kit listens; 0 picks a free port. */
  listen: { host: string; port: number; tlsPort: number }
  faces: Faces
  decode: Decode
  guide(door: Pick<Door, 'port' | 'tlsPort'>): Guide
  bounds?: Partial<Bounds>
  without?: ReadonlySet<Part>
  simulated?: string
  clock: Clock
  /** Ends the run early: what was not seen until then is not observed. */
  signal: AbortSignal
}

/** Puts itself between one device and Vigil, holds the trials, and judges. Rejects where a port is taken. */
export async function conform(options: ConformOptions): Promise<Report> {
  const { device, clock, listen, faces, decode, vigil, signal } = options
  const bounds = boundsWith(options.bounds)
  const without = options.without ?? new Set()
  const seen = nothingSeen(device, clock.now())
  const door = await openDoor({ ...listen, faces, vigil, seen, clock, decode, signal })
  try {
    await holdTrials({ door, seen, clock, bounds, guide: options.guide(door), without, signal })
  } finally {
    await door.close()
  }
  return makeReport(seen, bounds, { without, simulated: options.simulated })
}
