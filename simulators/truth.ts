import type { Room } from './life/scene.ts'
import type { Incident, Trouble } from './script.ts'

/**
 * What really happened, as only the simulation knows. `needsHelp`: somebody should come; the rest is there so that a
 * false alarm can be explained. `at`, `until`: epoch ms; `until` is known from the start, because the script is.
 */
export type Fact = {
  id: string
  at: number
  until: number
  home: string
  event: Incident['what'] | Trouble['what']
  /** The hazard, for a hazard. */
  kind?: string
  who?: string
  room?: Room
  device?: string
  times?: number
  needsHelp: boolean
}
