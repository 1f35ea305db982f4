import { z } from 'zod'
import type { Attempt, Channel, Tools } from './channel.ts'
import { exchange, HttpUrl, headerSafe, isSuccess, statusVerdict } from './http.ts'
import { signWebhook } from './signature.ts'

const Settings = z.strictObject({
  url: HttpUrl.describe('where notices are posted to'),
  secret: z.string().min(16).describe('signs every notice; the receiver has the same'),
})
export type WebhookSettings = z.infer<typeof Settings>

/** `id`: stable over every repeat. `body`: JSON text, signed and sent as it is. */
export type SignedPost = WebhookSettings & { id: string; body: string }

/** Posts a body with its id, the time and the signature over both in its headers. Any 2xx is `delivered`. */
export function postSigned({ url, secret, id, body }: SignedPost, tools: Tools): Promise<Attempt> {
  const timestamp = String(Math.floor(tools.clock.now() / 1_000))
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'vigil',
    'vigil-id': headerSafe(id),
    'vigil-timestamp': timestamp,
    'vigil-signature': signWebhook({ secret, body, timestamp }),
  }
  return exchange({ method: 'POST', url, headers, body }, tools, (answer) =>
    isSuccess(answer)
      ? { result: 'delivered', detail: `${answer.host} answered ${answer.status}` }
      : statusVerdict(answer),
  )
}

/** The notice, as it is, to another program. It has one address only, so `to` is for the program's own use. */
export const webhook: Channel<WebhookSettings> = {
  settings: Settings,
  secrets: ['secret'],
  checkAddress: () => undefined,
  send: (settings, notice, tools) => postSigned({ ...settings, id: notice.id, body: JSON.stringify(notice) }, tools),
}
