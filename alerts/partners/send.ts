import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { PartnerAnswer } from '../../domain/partner_messages.ts'
import type { DueNotice } from '../../store/notices.ts'
import type { PartnerRow } from '../../store/partners.ts'
import { signWebhook } from '../channels/signature.ts'

/**
 * What became of one attempt. `told`: the partner has it, whether it took it or not; `answer` where it said how its ticket
 * stands. `refused`: it never will take it. `failed`: it may later. `detail` holds no secret.
 */
export type Sent =
  | { result: 'told'; detail: string; answer?: PartnerAnswer }
  | { result: 'refused'; detail: string }
  | { result: 'failed'; detail: string; retryAfterMs?: number }

/** Statuses by which a receiver says that this very message is not to be sent again. */
const forGood = [400, 410, 413, 422]

/** Makes one attempt. Never rejects. `signal` ends it early, as the clock does when it takes too long. */
export async function send(partner: PartnerRow, notice: DueNotice, clock: Clock, signal: AbortSignal): Promise<Sent> {
  const ending = new AbortController()
  const cancel = clock.after(limits.partnerWithinMs, () => ending.abort(new Error('no answer in time')))
  try {
    return await attempt(partner, notice, clock, AbortSignal.any([signal, ending.signal]))
  } catch (error) {
    return { result: 'failed', detail: reasonOf(error) }
  } finally {
    cancel()
  }
}

async function attempt(partner: PartnerRow, notice: DueNotice, clock: Clock, signal: AbortSignal): Promise<Sent> {
  const body = JSON.stringify(notice.body)
  const timestamp = `${Math.floor(clock.now() / 1_000)}`
  const response = await fetch(partner.url, {
    method: 'POST',
    redirect: 'error',
    signal,
    headers: {
      'content-type': 'application/json',
      'vigil-id': notice.stable_id,
      'vigil-timestamp': timestamp,
      'vigil-signature': signWebhook({ secret: partner.secret, body, timestamp }),
    },
    body,
  })
  return meaningOf(response, await firstBytes(response))
}

function meaningOf({ status, headers }: Response, text: string): Sent {
  const body = parsed(text)
  const answer = PartnerAnswer.safeParse(body)
  const detail = [`HTTP ${status}`, codeOf(body)].filter(Boolean).join(' ')
  if ((status >= 200 && status < 300) || status === 409)
    return { result: 'told', detail, ...(answer.success && { answer: answer.data }) }
  if (forGood.includes(status) || codeOf(body) === 'partner_ticket_unknown') return { result: 'refused', detail }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return { result: 'failed', detail, ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) }
}

/** As much of an answer as is read: whoever answers without end is cut. */
async function firstBytes(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    parts.push(part)
    bytes += part.length
    if (bytes > limits.partnerAnswerBytes) break
  }
  return Buffer.concat(parts).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const codeOf = (body: unknown): string => {
  const { code } = (body ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : ''
}

/** The reason of a failure of the network: `fetch failed` itself says nothing. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error & { code?: string } }
  return (cause?.code ?? cause?.message ?? message ?? 'failed').slice(0, 200)
}
