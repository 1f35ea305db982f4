import { z } from 'zod'
import { Id } from './ids.ts'
import { type ChannelKind, channelKinds, languages } from './notices.ts'
import { severities, ticketKinds } from './signals.ts'

/** Who is told of a ticket, when and how: plans, rotas, teams and channels, as the API takes and gives them. */

const text = (most: number) => z.string().trim().min(1).max(most)

/** One way in which a person can be reached: `to` is a telephone number, an address, … as the channel takes it. */
export const Way = z.strictObject({ channel: Id, to: z.string().trim().max(300).default('') })
export type Way = z.infer<typeof Way>
/** All of a person's ways are taken at once: whoever lies on the floor does not wait for the second one. */
export const Ways = z.array(Way).max(5)

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is HH:MM')

/** From `from` until `to` of the zone's clock; `to` at or before `from` is on the next day. Days are those it begins on. */
export const Window = z.strictObject({
  from: clockTime,
  to: clockTime,
  days: z.array(z.enum(days)).min(1).max(7).optional().describe('absent: every day'),
})
export type Window = z.infer<typeof Window>

const order = z
  .enum(['in_order', 'parallel'])
  .default('in_order')
  .describe('in_order: one after the other, `each_s` apart; parallel: all at once')
const each_s = z.number().int().min(5).max(3_600).default(60)

/** Whom a step turns to. Where it finds nobody it turns to the area above, and the ticket says so. */
export const Target = z.discriminatedUnion('to', [
  z.strictObject({
    to: z.literal('duty').describe('the operators on duty in the ticket’s area, or in the nearest above that has some'),
    role: z.enum(['dispatcher', 'supervisor']).default('dispatcher'),
  }),
  z.strictObject({ to: z.literal('operator'), operator: Id }),
  z.strictObject({ to: z.literal('contacts').describe('those of the home'), order, each_s }),
  z.strictObject({ to: z.literal('team').describe('responders'), team: Id, order, each_s }),
  z.strictObject({
    to: z.literal('channel').describe('a group or a program, by the channel’s own address'),
    channel: Id,
  }),
  z.strictObject({
    to: z.literal('emergency').describe('an instruction to whoever works the ticket: telephone this number now'),
    number: z.string().regex(/^\+?\d{2,15}$/),
    text: z.string().max(500).optional(),
  }),
])
export type Target = z.infer<typeof Target>

export const Step = z.strictObject({
  after_s: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .describe('seconds after the step before it; of the first, after the opening'),
  tell: z.array(Target).min(1).max(10),
  window: Window.optional().describe('outside it the step is passed over'),
})
export type Step = z.infer<typeof Step>

const planFields = {
  name: text(200),
  area: Id.nullish().describe(
    'for tickets of this area and all below; with home and resident absent too: for all tickets',
  ),
  home: Id.nullish(),
  resident: Id.nullish(),
  kinds: z.array(z.enum(ticketKinds)).min(1).nullish().describe('absent: every kind'),
  severities: z.array(z.enum(severities)).min(1).nullish().describe('absent: every severity'),
  steps: z.array(Step).min(1).max(20),
  repeat: z
    .strictObject({
      every_s: z
        .number()
        .int()
        .min(10)
        .max(86_400)
        .describe('seconds from the last step to the first that is repeated'),
      from_step: z.number().int().min(1).max(20).default(1).describe('1 is the first'),
    })
    .nullish()
    .describe('until somebody acknowledges; absent: the steps are taken once'),
  area_above: z
    .boolean()
    .default(false)
    .describe('after its own steps, before any repeat, those of the next plan further up'),
  lease_s: z
    .number()
    .int()
    .min(30)
    .max(86_400)
    .nullish()
    .describe('how long an acknowledgement lasts without progress; absent: by severity'),
}
export const PlanInput = z.object({ id: Id.optional(), ...planFields })
export const Plan = z.object({
  ...planFields,
  id: Id,
  area: Id.nullable(),
  home: Id.nullable(),
  resident: Id.nullable(),
  kinds: z.array(z.enum(ticketKinds)).nullable(),
  severities: z.array(z.enum(severities)).nullable(),
  repeat: z.object({ every_s: z.number().int(), from_step: z.number().int() }).nullable(),
  lease_s: z.number().int().nullable(),
})
export type Plan = z.infer<typeof Plan>

/** Why a plan was taken, nearest first; `built_in` where there is none: the consoles alone are alarmed. */
export const planReasons = ['resident', 'home', 'area', 'area_above', 'everywhere'] as const
export type PlanReason = (typeof planReasons)[number]

/** The plan as it was copied onto a ticket when it opened: later changes of the plan do not change a case under way. */
export const TicketPlan = z.object({
  id: Id,
  name: z.string(),
  reason: z.enum(planReasons).describe('where the plan is attached, and so why it was taken'),
  steps: z.array(Step.extend({ plan: Id.describe('whose step it is, where the next plan further up goes on') })),
  repeat: z.object({ every_s: z.number().int(), from_step: z.number().int() }).nullable(),
  lease_s: z.number().int().nullable(),
})
export type TicketPlan = z.infer<typeof TicketPlan>

export const Shift = z.strictObject({
  from: clockTime,
  to: clockTime.describe('at or before `from`: on the next day'),
  days: z
    .array(z.enum([...days, 'holiday']))
    .min(1)
    .describe('days it begins on; on a holiday of the rota only shifts with `holiday` count'),
  operators: z.array(Id).min(1).max(50),
  week: z
    .strictObject({ is: z.number().int().min(1).max(12), of: z.number().int().min(2).max(12) })
    .optional()
    .describe('for rotating weeks: the first of two is {is: 1, of: 2}; counted from Monday, 2024-01-01'),
})
export type Shift = z.infer<typeof Shift>

export const Override = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  operators: z.array(Id).max(50).describe('who is on duty instead'),
  instead_of: Id.optional().describe('the one operator who is replaced; absent: all'),
})
export type Override = z.infer<typeof Override>

const rotaFields = {
  name: text(200),
  area: Id,
  role: z.enum(['dispatcher', 'supervisor']).default('dispatcher').describe('as what they are on duty'),
  shifts: z.array(Shift).max(100),
  overrides: z.array(Override).max(500).default([]),
  holidays: z.array(z.iso.date()).max(500).default([]),
}
export const RotaInput = z.object({ id: Id.optional(), ...rotaFields })
export const Rota = z.object({ id: Id, ...rotaFields })
export type Rota = z.infer<typeof Rota>

export const Member = z.strictObject({
  name: text(200),
  ways: Ways.min(1),
  language: z.enum(languages).optional(),
})
export const TeamInput = z.object({
  id: Id.optional(),
  name: text(200),
  area: Id,
  members: z.array(Member).min(1).max(50),
})
export const Team = z.object({ id: Id, name: z.string(), area: Id, members: z.array(Member) })
export type Team = z.infer<typeof Team>

/** The console needs no setting up and is no record. */
export const madeChannelKinds = channelKinds.filter((kind) => kind !== 'console') as [
  Exclude<ChannelKind, 'console'>,
  ...Exclude<ChannelKind, 'console'>[],
]

const channelFields = {
  name: text(200),
  area: Id.nullish().describe('whose people use it, with all areas below; absent: everybody'),
  kind: z.enum(madeChannelKinds),
  language: z.enum(languages).default('zh-CN'),
  detail: z
    .enum(['full', 'brief'])
    .default('brief')
    .describe('full: with address and resident’s name; brief: without personal data, for groups and foreign programs'),
  settings: z.record(z.string(), z.unknown()).describe('see docs/Channels.md for those of each kind'),
}
export const ChannelInput = z.object({ id: Id.optional(), ...channelFields })
export const ChannelRecord = z.object({
  ...channelFields,
  id: Id,
  area: Id.nullable(),
  settings: z.record(z.string(), z.unknown()).describe('without secrets: of those only whether they are set'),
})
export type ChannelRecord = z.infer<typeof ChannelRecord>
