import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import type { DemoRegistry } from './demo_plan.ts'

/** What it takes to speak to the HTTP API. `path` begins after `/api/v1`. */
export type ApiOptions = { httpUrl: string; adminToken: string; clock: Clock; signal: AbortSignal }

type Answer = { status: number; body: unknown }

const BACK_OFF_FIRST = 250
const BACK_OFF_MOST = 10_000
/** Answers after which the same call may succeed later: the api is starting, busy or limits the rate. */
const passing = new Set([429, 502, 503, 504])

const Problem = z.object({ code: z.string(), detail: z.string().optional() })
const WithToken = z.object({ token: z.string().min(1) })
const State = z.object({ tokens: z.record(z.string(), z.string()) })

async function attempt({ httpUrl, adminToken, signal }: ApiOptions, path: string, body: unknown): Promise<Answer> {
  const answer = await fetch(new URL(`/api/v1${path}`, httpUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  return { status: answer.status, body: await answer.json().catch(() => undefined) }
}

/** POST, tried again with back-off while the api is away. Rejects only when `signal` aborts. */
async function post(options: ApiOptions, path: string, body: unknown): Promise<Answer> {
  for (let pause = BACK_OFF_FIRST; ; pause = Math.min(pause * 2, BACK_OFF_MOST)) {
    const answer = await attempt(options, path, body).catch(() => undefined)
    options.signal.throwIfAborted()
    if (answer && !passing.has(answer.status)) return answer
    await options.clock.sleep(pause, options.signal)
  }
}

function refusal(path: string, { status, body }: Answer): Error {
  const problem = Problem.safeParse(body)
  const why = problem.success ? `${problem.data.code} ${problem.data.detail ?? ''}` : `HTTP ${status}`
  return new Error(`the demo registry was not accepted: POST ${path} answered ${why.trim()}`)
}

const isTaken = ({ status, body }: Answer): boolean =>
  status === 409 && Problem.safeParse(body).data?.code === 'id_taken'

/** Creates one record; gives the answer's body, or undefined where the id was there before. */
async function createIfAbsent(options: ApiOptions, path: string, record: unknown): Promise<unknown> {
  const answer = await post(options, path, record)
  if (isTaken(answer)) return undefined
  if (answer.status !== 201) throw refusal(path, answer)
  return answer.body
}

/** A new token for a device; the old one is worth nothing from now on. */
export async function rotateToken(options: ApiOptions, device: string): Promise<string> {
  const path = `/devices/${device}/token`
  const answer = await post(options, path, {})
  const body = WithToken.safeParse(answer.body)
  if (!body.success) throw refusal(path, answer)
  return body.data.token
}

async function tokenOf(options: ApiOptions, device: { id: string }, known: string | undefined): Promise<string> {
  const created = await createIfAbsent(options, '/devices', device)
  if (created !== undefined) return WithToken.parse(created).token
  return known ?? rotateToken(options, device.id)
}

/** The tokens of an earlier run; none where the file is missing or unreadable, because tokens can be made anew. */
async function readTokens(statePath: string): Promise<Record<string, string>> {
  try {
    return State.parse(JSON.parse(await readFile(statePath, 'utf8'))).tokens
  } catch {
    return {}
  }
}

/** Writes the tokens whole or not at all, readable by the owner alone. */
export async function keepTokens(statePath: string, tokens: Record<string, string>): Promise<void> {
  const fresh = `${statePath}.new`
  await writeFile(fresh, JSON.stringify({ tokens }, null, 2), { mode: 0o600 })
  await rename(fresh, statePath)
}

/**
 * Registers what is absent and gives every device's token, which are also kept in `statePath` (mode 0600). Waits for
 * an api that is not there yet; rejects with a sentence where it refuses a record, and when `signal` aborts.
 */
export async function register(options: ApiOptions, registry: DemoRegistry, statePath: string) {
  for (const area of registry.areas) await createIfAbsent(options, '/areas', area)
  for (const home of registry.homes) await createIfAbsent(options, '/homes', home)
  for (const resident of registry.residents) await createIfAbsent(options, '/residents', resident)
  for (const contact of registry.contacts) await createIfAbsent(options, '/contacts', contact)
  const tokens = await readTokens(statePath)
  for (const device of registry.devices) {
    tokens[device.id] = await tokenOf(options, device, tokens[device.id])
    await keepTokens(statePath, tokens)
  }
  return tokens
}
