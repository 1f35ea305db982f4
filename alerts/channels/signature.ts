import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The signature of what Vigil posts to other programs, and of what they post to Vigil: HMAC-SHA256 over
 * `{timestamp}.{body}`, in the header as `v1=` and 64 hex digits. The timestamp is in it so that nobody can send an old
 * body again much later.
 */

/** `timestamp`: epoch seconds, as it stands in the header. `body`: the very bytes that are sent, or their text. */
type Signed = { secret: string; body: string | Uint8Array; timestamp: string }

const digestOf = ({ secret, body, timestamp }: Signed): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()

export const signWebhook = (signed: Signed): string => `v1=${digestOf(signed).toString('hex')}`

/** Why a signature is not taken. Stable: audit reasons and metric labels. */
export type SignatureReason =
  | 'timestamp_malformed'
  | 'timestamp_outside_window'
  | 'signature_malformed'
  | 'signature_wrong'
export type SignatureVerdict = { ok: true } | { ok: false; reason: SignatureReason }

/** `now`: epoch ms. `windowS`: how many seconds the timestamp may be old, or ahead. */
type Received = Signed & { signature: string; now: number; windowS?: number }

/** Whether a request was signed with this secret, lately. Compares in constant time. */
export function verifyWebhook({ signature, now, windowS = 300, ...signed }: Received): SignatureVerdict {
  if (!/^\d{1,12}$/.test(signed.timestamp)) return { ok: false, reason: 'timestamp_malformed' }
  if (Math.abs(now / 1_000 - Number(signed.timestamp)) > windowS)
    return { ok: false, reason: 'timestamp_outside_window' }
  const [, hex] = /^v1=([0-9a-f]{64})$/.exec(signature) ?? []
  if (hex === undefined) return { ok: false, reason: 'signature_malformed' }
  const same = timingSafeEqual(Buffer.from(hex, 'hex'), digestOf(signed))
  return same ? { ok: true } : { ok: false, reason: 'signature_wrong' }
}
