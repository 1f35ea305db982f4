import { z } from 'zod'
import type { Attempt, Tools } from './channel.ts'
import { networkFailure } from './failures.ts'

/** One HTTP request to a receiver, and what its answer means. What all channels over HTTP have in common. */

/** Answers are a line of JSON; whoever sends more is not the service that is meant. */
const ANSWER_BYTES = 64 * 1024
/** A receiver may not put an emergency off for longer than this by its Retry-After. */
const LONGEST_WAIT_MS = 3_600_000

/** An address that a channel may post to. Name and password belong in a setting of their own, where they are kept secret. */
export const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((url) => !hasLogin(url), 'must hold no user name or password')

function hasLogin(url: string): boolean {
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}

export type Outgoing = { method: string; url: string; headers: Record<string, string>; body?: string }

/** `text` reads the body; undefined where it is larger than 64 KiB. `host`: name and port, for details. */
export type Answer = {
  status: number
  retryAfterMs: number | undefined
  host: string
  text(): Promise<string | undefined>
}

/**
 * Sends a request once, follows no redirect, and lets `judge` say what the answer means. Never rejects: what the network
 * does is `failed`.
 */
export async function exchange(
  { url, ...request }: Outgoing,
  { clock, signal }: Tools,
  judge: (answer: Answer) => Attempt | Promise<Attempt>,
): Promise<Attempt> {
  const { host } = new URL(url)
  try {
    const response = await fetch(url, { ...request, signal, redirect: 'manual' })
    const retryAfterMs = waitOf(response.headers.get('retry-after'), clock.now())
    const answer = { status: response.status, retryAfterMs, host, text: () => textOf(response) }
    const attempt = await judge(answer)
    // What nobody read would hold the connection. Its failure changes nothing about the answer.
    if (!response.body?.locked) await response.body?.cancel().catch(() => {})
    return attempt
  } catch (error) {
    return networkFailure(error, host, signal)
  }
}

async function textOf(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    // Leaving the loop cancels the rest.
    if (bytes > ANSWER_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Seconds, or the date of HTTP -> ms from `now`; undefined where it is neither. */
function waitOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
}

/** 4xx that say nothing of the request itself: it came too late, too early, or there were too many. */
const passing: readonly number[] = [408, 425, 429]

/** What a status other than success means. A permanent redirect is an address to be corrected; a passing one is upkeep. */
export function statusVerdict({ status, retryAfterMs, host }: Answer): Attempt {
  const detail = `${host} answered ${status}`
  if (status === 301 || status === 308)
    return { result: 'refused', detail: `${detail}: it has moved, and redirects are not followed` }
  if (status >= 400 && status < 500 && !passing.includes(status)) return { result: 'refused', detail }
  return retryAfterMs === undefined ? { result: 'failed', detail } : { result: 'failed', detail, retryAfterMs }
}

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300

/** An id as a header: what may not stand in one is percent-encoded. */
export const headerSafe = (id: string): string => id.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent)
