import { createHmac, timingSafeEqual } from 'node:crypto'

/** What is signed: the bytes of the body as they are sent, behind the time of the attempt in seconds. */
export type Signed = { secret: string; body: string | Uint8Array; timestamp: number }

/** The signature of a webhook: `v1=` and HMAC-SHA256 over `{timestamp}.{body}` in hex. */
export function signWebhook({ secret, body, timestamp }: Signed): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}

/** Whether the signature is right and its time no further than `windowS` (seconds) from `now` (epoch ms). */
export function verifyWebhook(given: Signed & { signature: string; now: number; windowS: number }): boolean {
  const { signature, timestamp, now, windowS } = given
  if (Math.abs(now / 1_000 - timestamp) > windowS) return false
  const [expected, found] = [Buffer.from(signWebhook(given)), Buffer.from(signature)]
  return expected.length === found.length && timingSafeEqual(expected, found)
}
