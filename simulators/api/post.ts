import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'

/** What it takes to speak to the HTTP API. `path` begins after `/api/v1`. */
export type ApiOptions = { httpUrl: string; adminToken: string; clock: Clock; signal: AbortSignal }

export type Answer = { status: number; body: unknown }

const BACK_OFF_FIRST = 250
const BACK_OFF_MOST = 10_000
/** Answers after which the same call may succeed later: the api is starting, busy or limits the rate. */
const passing = new Set([429, 502, 503, 504])

const Problem = z.object({ code: z.string(), detail: z.string().optional() })

type Method = 'POST' | 'PATCH'

async function attempt({ httpUrl, adminToken, signal }: ApiOptions, method: Method, path: string, body: unknown) {
  const answer = await fetch(new URL(`/api/v1${path}`, httpUrl), {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  const retryAfter = Number(answer.headers.get('retry-after') ?? 0) * 1_000 || 0
  return { status: answer.status, retryAfter, body: await answer.json().catch((): unknown => undefined) }
}

/** POST, see `send`. */
export const post = (options: ApiOptions, path: string, body: unknown): Promise<Answer> =>
  send(options, 'POST', path, body)

/**
 * Tried again while the api is away, busy or asks for patience: with back-off, and not before its `retry-after`.
 * Rejects only when `signal` aborts.
 */
export async function send(options: ApiOptions, method: Method, path: string, body: unknown): Promise<Answer> {
  for (let pause = BACK_OFF_FIRST; ; pause = Math.min(pause * 2, BACK_OFF_MOST)) {
    const answer = await attempt(options, method, path, body).catch(() => undefined)
    options.signal.throwIfAborted()
    if (answer && !passing.has(answer.status)) return answer
    await options.clock.sleep(Math.max(pause, answer?.retryAfter ?? 0), options.signal)
  }
}

/** A refusal as a sentence for people; `what` names what was being done, `call` is method and path. */
export function refusal(what: string, call: string, { status, body }: Answer): Error {
  if (status === 401 || status === 403)
    return new Error(`${what}: ${call} answered ${status}, so the administrator's token is wrong.`)
  const problem = Problem.safeParse(body)
  const why = problem.success ? `${problem.data.code} ${problem.data.detail ?? ''}`.trim() : `HTTP ${status}`
  return new Error(`${what}: ${call} answered ${why}.`)
}

export const isTaken = ({ status, body }: Answer): boolean =>
  status === 409 && Problem.safeParse(body).data?.code === 'id_taken'
