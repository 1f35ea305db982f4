import { z } from 'zod'
import { Id } from './ids.ts'
import { severities, ticketKinds } from './signals.ts'

/** Who else sees a ticket: sharings between areas, and partners beyond this house, as the API takes and gives them. */

const text = (most: number) => z.string().trim().min(1).max(most)
const instant = z.iso.datetime({ offset: true })
const kinds = z.array(z.enum(ticketKinds)).min(1)
const gravities = z.array(z.enum(severities)).min(1)

const sharingFields = {
  from: Id.describe('whose tickets are shared, with those of all areas below'),
  to: Id.describe('whose people may see and work them; any area that there is'),
  kinds: kinds.nullish().describe('absent: every kind'),
  severities: gravities.nullish().describe('absent: every severity'),
  starts_at: instant.nullish().describe('absent: at once'),
  ends_at: instant.nullish().describe('absent: a standing rule, without an end'),
  reason: text(1_000).describe('goes to the timeline of every ticket'),
}
export const SharingInput = z.object({ id: Id.optional(), ...sharingFields })
export const Sharing = z.object({
  id: Id,
  from: Id,
  to: Id,
  kinds: kinds.nullable(),
  severities: gravities.nullable(),
  starts_at: z.string(),
  ends_at: z.string().nullable(),
  reason: z.string(),
  state: z.enum(['waiting', 'running', 'over']),
})
export type Sharing = z.infer<typeof Sharing>

const partnerUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((url) => new URL(url).username === '', 'the address must hold no user name or password')

const partnerFields = {
  name: text(200),
  area: Id.describe(
    'whose tickets it may get, with those of all areas below; where the tickets lie that it shares with us',
  ),
  url: partnerUrl.describe('where its messages go; of another Vigil: …/api/v1/partners/{our id there}/events'),
  kinds: kinds.nullish().describe('absent: every kind; of tickets that go by rule'),
  severities: gravities.nullish().describe('absent: every severity; of tickets that go by rule'),
  mode: z
    .enum(['all', 'by_hand'])
    .describe('all: every ticket that matches when it opens; by_hand: those that somebody shares'),
}
const secret = z.string().min(24).max(200).describe('signs the messages of both sides; never shown again')
export const PartnerInput = z.object({ id: Id.optional(), ...partnerFields, secret: secret.optional() })
export const Partner = z.object({ ...partnerFields, id: Id, kinds: kinds.nullable(), severities: gravities.nullable() })
export type Partner = z.infer<typeof Partner>
