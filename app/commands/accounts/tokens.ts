import { z } from 'zod'
import type { Client } from '../client.ts'

/** An account as it comes with a token of its own, which is shown this once. */
export const WithToken = z.looseObject({ id: z.string(), token: z.string() })

const Renewed = WithToken.extend({ old_valid_until: z.string().nullish() })

/** A new token for what is under `path`, and what to say of the old one, which works for `overlapMs` more; absent: not. */
export async function renewedToken(api: Client, path: string, overlapMs: number | undefined) {
  const overlap = overlapMs === undefined ? {} : { overlap_s: Math.ceil(overlapMs / 1_000) }
  const made = await api.post(`${path}/token`, overlap, Renewed)
  const until = made.old_valid_until
  return { made, old: until ? `The old token works until ${until}.` : 'The old token is void from now on.' }
}
