import type { Fact } from '../truth.ts'
import type { LatencyCounts } from './latencies.ts'

/** What the load and its worker processes say to each other. */

/** A press in need, in a home of its own. `at`: epoch ms; `times` presses, the first at `at`. */
export type Emergency = { home: string; device: string; at: number; times: number }

/** The homes of one worker: numbers `first` to `first + count - 1` of the made-up homes of `seed`. */
export type Share = {
  mqttUrl: string
  httpUrl: string
  seed: number
  first: number
  count: number
  /** Number of the first device over all workers; source addresses follow from it. */
  firstDevice: number
  tokens: Record<string, string>
  /** Factor on every device's regular intervals. */
  pace: number
  /** Connections begin one after the other over this long, ms, and lives with them. */
  rampMs: number
}

/** What one worker has done so far, or all together. Counts are of messages but for what is said. */
export type Tally = {
  devices: number
  connected: number
  sent: number
  acknowledged: number
  /** Sent again after a connection was lost. */
  redelivered: number
  refused: number
  /** Given up because a device's memory was full. */
  dropped: number
  waiting: number
  /** Connections made, connections lost, and attempts to connect that led to nothing. */
  connects: number
  lost: number
  failed: number
  /** From the loss of a connection to the next one. */
  reconnects: LatencyCounts
}

/** A signal that a device had to say: `at` is the true time, epoch ms. */
export type Told = { home: string; device: string; signal: string; at: number }

export type ToWorker =
  | { do: 'open'; share: Share }
  | { do: 'script'; emergencies: Emergency[] }
  /** All connections are cut without a word and come back by themselves. */
  | { do: 'storm' }
  /** Nobody lives on; answered with `rested` when all that can be sent is acknowledged, at the latest after `withinMs`. */
  | { do: 'rest'; withinMs: number }
  | { do: 'token'; device: string; token: string | undefined }
  | { do: 'close' }

export type FromWorker =
  | { said: 'tally'; tally: Tally }
  | { said: 'told'; told: Told }
  | { said: 'fact'; fact: Fact }
  /** This device's token is not taken: it needs another. */
  | { said: 'needs_token'; device: string }
  | { said: 'rested'; tally: Tally }
  | { said: 'failed'; why: string }
