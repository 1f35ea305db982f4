import { z } from 'zod'
import { TicketPlan } from './dispatch.ts'
import { Id } from './ids.ts'
import { severities, signalKinds, ticketKinds } from './signals.ts'

export const ticketStates = ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved', 'closed'] as const
export type TicketState = (typeof ticketStates)[number]

/**
 * The steps a person may take on a ticket. `contact`: the resident or a contact was called, and reached or not. `contact`, `share`
 * and `note` leave the state as it is, but that whoever telephones has answered.
 */
export const ticketActions = [
  'acknowledge',
  'assign',
  'contact',
  'dispatch',
  'arrive',
  'resolve',
  'close',
  'note',
  'reopen',
  'share',
] as const
export type TicketAction = (typeof ticketActions)[number]

/**
 * The one transition table: state × action -> new state; absent means not allowed. Shortcuts are there because people
 * in a hurry take them: a responder may report arrival before anybody clicked "dispatched". Who acknowledges a case that is
 * under way takes it up from a holder who went silent, or says that he is still at it.
 */
export const transitions: Record<TicketState, Partial<Record<TicketAction, TicketState>>> = {
  open: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    close: 'closed',
    contact: 'acknowledged',
    note: 'open',
    share: 'open',
  },
  acknowledged: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'acknowledged',
    note: 'acknowledged',
    share: 'acknowledged',
    reopen: 'open',
  },
  dispatched: {
    acknowledge: 'dispatched',
    assign: 'dispatched',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'dispatched',
    note: 'dispatched',
    share: 'dispatched',
    reopen: 'open',
  },
  on_scene: {
    acknowledge: 'on_scene',
    assign: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'on_scene',
    note: 'on_scene',
    share: 'on_scene',
    reopen: 'open',
  },
  resolved: {
    acknowledge: 'resolved',
    close: 'closed',
    contact: 'resolved',
    note: 'resolved',
    share: 'resolved',
    reopen: 'open',
  },
  closed: { note: 'closed', share: 'closed', reopen: 'open' },
}

/** How a ticket ended; mandatory at closing, because the ledger of alarm quality is made of it. */
export const outcomes = {
  real_emergency: 'a real emergency',
  assistance: 'no emergency, but help was needed',
  false_alarm: 'nothing had happened',
  test: 'a test or a drill',
  technical: 'a fault of a device or of the system',
  no_response_checked: 'nobody answered; somebody went and checked',
  duplicate: 'the same case is worked on another ticket',
} as const
export type Outcome = keyof typeof outcomes

const time = z.string().describe('ISO 8601 UTC with milliseconds')

export const Evidence = z.object({
  device: z.string(),
  signal: z.enum(signalKinds),
  at: time.describe('event time: by the device, where its clock can be believed, else the time of receipt'),
  device_at: time.nullable().describe('what the device itself said'),
  received_at: time,
  skew_ms: z.number().nullable().describe('device clock minus time of receipt, where it is more than a minute'),
  topic: z.string(),
  reason: z.string().describe('why this became an alert: a stable name'),
  doubts: z.array(z.string()).describe('why it is unverified, if it is: stable names'),
  repeats: z.number().int().describe('how often the very same signal came again'),
  position: z
    .object({ lat: z.number(), lon: z.number(), accuracy_m: z.number().optional(), datum: z.string().optional() })
    .nullable(),
  confidence: z.number().nullable(),
})
export type Evidence = z.infer<typeof Evidence>

export const TimelineEntry = z.object({ at: time, who: z.string(), what: z.string(), reason: z.string().nullable() })
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** What happens next: a durable timer (`at`) or a person (`holder`). Null only when the ticket is closed. */
export const NextStep = z.object({ what: z.string(), at: time.nullable(), holder: z.string().nullable() })
export type NextStep = z.infer<typeof NextStep>

export const Origin = z.object({
  partner: Id,
  ticket: z.string().describe('its id there'),
  number: z.number().int().nullable().describe('its number there'),
})
export type Origin = z.infer<typeof Origin>
/** What the plan asks whoever works the ticket to do by hand. */
export const ToDo = z.object({
  at: time,
  what: z.literal('telephone'),
  number: z.string(),
  text: z.string().describe('whom, or what to say'),
})
export type ToDo = z.infer<typeof ToDo>

/** What happened when, each the first time; null: it did not, or nobody told. */
export const TicketTimes = z.object({
  received: time.describe('the first signal, at the front door'),
  shown: time.nullable().describe('on the screen of somebody who may act'),
  answered: time.nullable().describe('the first answer by a person'),
  contact_made: time.nullable().describe('the resident or a contact was reached'),
  dispatched: time.nullable(),
  on_scene: time.nullable(),
  resolved: time.nullable(),
  closed: time.nullable(),
})

export const Ticket = z.object({
  id: Id,
  number: z.number().int(),
  state: z.enum(ticketStates),
  kind: z.enum(ticketKinds).describe('of a signal, or `system`: Vigil about itself'),
  severity: z.enum(severities),
  home: z.string().nullable(),
  area: z.string().nullable(),
  device: z.string().nullable().describe('the device of the first signal'),
  opened_at: time,
  updated_at: time,
  acknowledged_at: time.nullable().describe('the first answer by a person'),
  closed_at: time.nullable(),
  unverified: z.boolean(),
  late: z.boolean().describe('all of its evidence is from before, a drill, or not to be relied upon: it rings nobody'),
  unverified_reasons: z.array(z.string()),
  outcome: z.enum(Object.keys(outcomes) as [Outcome, ...Outcome[]]).nullable(),
  holder: z
    .string()
    .nullable()
    .describe(
      'who has it in hand: an operator, or `contact:…`, `team:…` who answered by a link, `partner:…` beyond this house',
    ),
  lease_until: time.nullable().describe('until when the holder must have got on with it; then it alarms again'),
  plan: TicketPlan.nullable().describe(
    'whom to call and when, as it was when the ticket opened; null: the consoles alone',
  ),
  plan_at: z
    .object({ round: z.number().int(), step: z.number().int(), part: z.number().int() })
    .nullable()
    .describe('the step that comes next: 1 is the first; `round` is how often the plan was repeated'),
  to_do: z.array(ToDo),
  times: TicketTimes,
  shared_with: z.array(z.string()).describe('areas beside its own that may see it'),
  origin: Origin.nullable().describe('where it came from, if a partner shared it with us'),
  evidence: z.array(Evidence),
  next_step: NextStep.nullable(),
  timeline: z.array(TimelineEntry),
})
export type Ticket = z.infer<typeof Ticket>

export const eventTypes = [
  'ticket.opened',
  'ticket.updated',
  'ticket.unanswered',
  'ticket.escalated',
  'ticket.lapsed',
  'ticket.closed',
  'ticket.reopened',
] as const
export type EventType = (typeof eventTypes)[number]

/** A live event. `seq` has no gaps; to a caller who may not see the ticket the event comes as `elsewhere`, without it. */
export const LiveEvent = z.object({
  seq: z.number().int(),
  type: z.enum([...eventTypes, 'elsewhere']),
  at: time,
  ticket: Ticket.nullable(),
})
export type LiveEvent = z.infer<typeof LiveEvent>

/** What a device is told of its message, on `vigil/v1/{device}/receipts`. */
export const Receipt = z.object({
  result: z.enum(['accepted', 'refused']),
  at: time.describe('when the front door received the message'),
  topic: z.string(),
  ticket: z.string().optional(),
  number: z.number().int().optional(),
  unverified: z.array(z.string()).optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
})
export type Receipt = z.infer<typeof Receipt>
