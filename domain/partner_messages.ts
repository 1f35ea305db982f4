import { z } from 'zod'
import { severities, ticketKinds } from './signals.ts'
import { type Outcome, outcomes, ticketStates } from './ticket.ts'

/** What two houses tell each other of a ticket that both work; docs/Partners.md is the page for whoever is not Vigil. */

const time = z.iso.datetime({ offset: true }).describe('ISO 8601 with a zone')
const person = z.string().trim().min(1).max(200)
const words = z.string().trim().min(1).max(4_000)
const outcome = z.enum(Object.keys(outcomes) as [Outcome, ...Outcome[]])

/** Steps that one side tells the other. Handing to somebody is the other side's own business. */
export const partnerSteps = ['acknowledge', 'dispatch', 'arrive', 'resolve', 'close', 'reopen'] as const
export type PartnerStep = (typeof partnerSteps)[number]

export const PartnerState = z.object({
  state: z.enum(ticketStates),
  severity: z.enum(severities).optional(),
  evidence: z.number().int().min(0).optional().describe('how many pieces there are'),
  outcome: outcome.nullish(),
  holder: z
    .object({ name: person, at: z.enum(['mine', 'yours']).describe('a person of the sender, or of the receiver') })
    .nullish()
    .describe('null: nobody; absent: not told'),
  lease_until: time.nullish().describe('until when the holder must have got on with it, or nobody has it any more'),
})
export type PartnerState = z.infer<typeof PartnerState>

const Line = z.object({ at: time, by: person })
const Step = Line.extend({
  step: z.enum(partnerSteps),
  reason: words.optional(),
  outcome: outcome.optional().describe('close needs it'),
})
const Note = Line.extend({ text: words })

const head = {
  id: z.string().min(1).max(300).describe('the same on every attempt; also the header vigil-id'),
  number: z.number().int().min(1).describe('of messages about this ticket: 1, 2, 3, … without a gap'),
  ticket: z.string().min(1).max(200).describe('the id of the ticket in the house that shared it'),
  at: time,
}
const Shared = z.object({
  ...head,
  type: z.literal('ticket.shared'),
  ticket_number: z.number().int().optional().describe('what people there call the ticket'),
  kind: z.enum(ticketKinds),
  severity: z.enum(severities),
  opened_at: time,
  late: z.boolean().optional().describe('a drill, or from before: it rings nobody'),
  address: words.optional().describe('where help is to go'),
  state: PartnerState,
  notes: z.array(Note).max(100).optional(),
})
const Changed = z.object({
  ...head,
  type: z.literal('ticket.changed'),
  whose: z.enum(['mine', 'yours']).describe('which side shared the ticket: the sender, or the receiver'),
  heard: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('the number of the last message of the receiver that was taken in'),
  steps: z.array(Step).max(100).optional().describe('what people did'),
  notes: z.array(Note).max(100).optional(),
  state: PartnerState.optional().describe('of the ticket with the sender, after all this'),
})
export const PartnerMessage = z.discriminatedUnion('type', [Shared, Changed])
export type PartnerMessage = z.infer<typeof PartnerMessage>
export type SharedMessage = z.infer<typeof Shared>
export type ChangedMessage = z.infer<typeof Changed>

/** What a message is answered. `number`: of the last message that the answerer has made about the ticket. */
export const PartnerAnswer = z.object({
  result: z.enum(['taken', 'repeated', 'refused']),
  ticket: z.string().describe('its id with the answerer'),
  number: z.number().int(),
  state: PartnerState,
})
export type PartnerAnswer = z.infer<typeof PartnerAnswer>
