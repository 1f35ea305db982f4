import type { Clock } from '../../../domain/clock.ts'
import type { Part } from '../reading/scenario.ts'

/** Vigil does not do what it must for a scenario to go on; the message says what. */
export class Stuck extends Error {}

/** Where a scenario is played: a Vigil, and how time passes there. Times are of the scenario, epoch ms. */
export type Stage = {
  mqttUrl: string
  httpUrl: string
  adminToken: string
  /** Put before every name in that Vigil; empty in one of the run's own. */
  prefix: string
  now(): number
  /** Resolves when it is `at`. */
  until(at: number): Promise<void>
  /** Lets Vigil go on while something is awaited that needs it. */
  during<T>(work: Promise<T>): Promise<T>
  /**
   * Resolves when Vigil has done with all that it was sent, live events up to `cursor` included; what a part that is
   * down has to do is not waited for. On a stage in real time at once. Rejects with `Stuck` where Vigil does not get on.
   */
  worked(cursor: () => number): Promise<void>
  /** When Vigil next does something by itself, where that can be known. */
  nextTimer(): Promise<number | undefined>
  /** How long quiet messages may be collected before they are sent, ms. */
  grain: number
  /** The pace of the wire. */
  wire: Clock
  /** The time to put into a payload for a time of the scenario. */
  toSent(at: number): number
  /** The clock with which Vigil's own loops and the live events wait. */
  clock: Clock
  /** Passes over a stretch in which nothing is sent; absent where no time is lost by waiting. */
  pass?(to: number): void
  /** Stops and starts parts of Vigil; absent where they are not ours. */
  parts?: { stop(part: Part): Promise<void>; start(part: Part): Promise<void> }
}
