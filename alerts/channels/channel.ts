import type { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import type { Notice } from '../../domain/notices.ts'

/**
 * What became of one attempt. `delivered`: the other side took it. `refused`: it never will (an unknown number, a wrong
 * password); trying again is of no use. `failed`: it may work later. `detail` is for people and holds no secret.
 */
export type Attempt =
  | { result: 'delivered'; detail: string }
  | { result: 'refused'; detail: string }
  | { result: 'failed'; detail: string; retryAfterMs?: number }

/** What a channel may use of the world. `signal` aborts when the attempt has taken too long or the process ends. */
export type Tools = { clock: Clock; signal: AbortSignal }

/**
 * One way of reaching somebody. `send` makes a single attempt and may be called again with the same notice after a
 * crash: it hands the notice's id on, so that the receiver can tell a repeat. It never rejects for what the other side
 * or the network did, and logs nothing. Retries, back-off and the circuit breaker are the outbox's.
 */
export type Channel<Settings> = {
  /** What an administrator sets; secrets among them are named in `secrets`, and no answer of the API shows them. */
  settings: z.ZodType<Settings>
  secrets: readonly (keyof Settings & string)[]
  /** What `to` of a notice must look like: a sentence for the refusal, undefined where it is right. */
  checkAddress(to: string): string | undefined
  send(settings: Settings, notice: Notice, tools: Tools): Promise<Attempt>
}
