import type { LatencyCounts } from '../../simulators/load/latencies.ts'
import type { Acknowledged } from './publisher.ts'
import type { Pace } from './schedule.ts'

/** What the bench and its load processes say to each other. */

export type Identity = { device: string; token: string }

/** How event times follow from sequence numbers: `base + seq * step`, epoch ms. Different for every message of a device. */
export type EventTimes = { base: number; step: number }

export const eventTime = ({ base, step }: EventTimes, seq: number): number => base + seq * step

export type LoadPlan = {
  port: number
  identities: Identity[]
  /** Number of the first device over all load processes; source addresses follow from it. */
  firstIndex: number
  window: number
  times: EventTimes
}

export type ToWorker = { do: 'connect'; plan: LoadPlan } | { do: 'run'; pace: Pace } | { do: 'close' }

export type WorkerResult = {
  sent: number
  acknowledged: Record<string, Acknowledged>
  strange: number
  lost: number
  /** From the write to its PUBACK. */
  latencies: LatencyCounts
  /** Share of the time that this process's event loop was busy, 0 to 1. Near 1 the load itself is the bottleneck. */
  busy: number
  /** Whether messages were still unacknowledged when the wait for them ended. */
  unanswered: number
}

export type FromWorker =
  | { said: 'connected'; seconds: number }
  | { said: 'progress'; sent: number; acked: number }
  | { said: 'result'; result: WorkerResult }
  | { said: 'failed'; why: string }
