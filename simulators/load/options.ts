import type { Clock } from '../../domain/clock.ts'
import type { HomePlan } from '../home/home.ts'
import type { Screen } from './progress.ts'

/** A load as ordered. */
export type LoadOptions = {
  mqttUrl: string
  httpUrl: string
  adminToken: string
  homes: number
  /** Decides the homes, the lives in them and the emergencies. */
  seed: number
  /** Messages a second over all homes; absent: what they send by themselves. */
  rate: number | undefined
  /** Durations in ms. `forMs` and `stormAtMs` count from the end of the ramp; absent: until `signal`, none. */
  rampMs: number
  forMs: number | undefined
  stormAtMs: number | undefined
  emergenciesPerMinute: number
  /** How long to wait for the last connections, the last acknowledgements and the last tickets, each, ms. */
  patienceMs: number
  /** Files that a process of the load may have open, where that is known. */
  files: number | undefined
  /** Registers the homes where they are absent, and gives every device's token. */
  register(homes: readonly HomePlan[]): Promise<Record<string, string>>
  /** A new token for a device whose own is not taken. */
  renewToken(device: string): Promise<string>
  screen: Screen
  clock: Clock
  /** Ends the run, with the account so far. */
  signal: AbortSignal
}
