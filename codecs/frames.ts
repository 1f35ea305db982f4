import type { SignalKind } from '../domain/signals.ts'

/**
 * Frames of a format, written for the tests: `frames.ts` in each codec's folder. They are the seeds of the fuzz test, and what
 * a reader looks at to see the format.
 */
export type Frame = {
  /** What it is, in a few words. */
  about: string
  topic: string
  payload: string | Uint8Array
  /** The signal that it claims. */
  signal?: SignalKind
  /** The part of the payload that makes the claim: with all else broken, the signal must still be heard. */
  claim?: string | Uint8Array
}
