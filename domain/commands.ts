import { z } from 'zod'
import { Id } from './ids.ts'
import { limits } from './limits.ts'

/** What a device can be asked to do. */
export const commandKinds = {
  locate: 'tell where it is',
  ring: 'make itself heard or felt, so that somebody finds it or looks at it',
  say: 'speak or show the text',
  test: 'answer, and do nothing else',
} as const
export type CommandKind = keyof typeof commandKinds

/**
 * Where a command is. `delivered`: the device, or the gateway or vendor that speaks for it, has acknowledged it.
 * `expired`: it was not delivered in time, and will not be any more.
 */
export const commandStates = ['queued', 'delivered', 'answered', 'expired'] as const
export type CommandState = (typeof commandStates)[number]

/** What a device says of a command: it did it, it tried and could not, or it does not do such things. */
export const answerResults = ['done', 'failed', 'refused'] as const
export type AnswerResult = (typeof answerResults)[number]

const kind = z.enum(Object.keys(commandKinds) as [CommandKind, ...CommandKind[]])

/** A command as somebody sends it. Fields that are not named here are kept, and given to the device. */
export const CommandInput = z
  .looseObject({
    id: Id.optional().describe('made where absent; the same command with the same id again changes nothing'),
    kind,
    text: z.string().trim().min(1).max(limits.commandTextChars).optional().describe('what to say; needed for `say`'),
    expires_in_s: z
      .number()
      .positive()
      .max(limits.commandExpiresMostMs / 1_000)
      .optional()
      .describe('seconds from now after which it is not delivered any more; absent: an hour'),
  })
  .refine(({ kind, text }) => kind !== 'say' || text !== undefined, { path: ['text'], error: 'say needs a text' })
export type CommandInput = z.infer<typeof CommandInput>

const time = z.string().describe('ISO 8601 UTC with milliseconds')

/** What a device answered. Fields that are not named here are as the device sent them. */
export const CommandAnswer = z.looseObject({
  at: time.describe('by the device, where its clock can be believed, else the time of receipt'),
  result: z.enum(answerResults),
  detail: z.string().optional(),
})
export type CommandAnswer = z.infer<typeof CommandAnswer>

/** A command as the API gives it, with the fields that its sender added. */
export const Command = z.looseObject({
  id: Id,
  device: z.string(),
  kind,
  text: z.string().optional(),
  state: z.enum(commandStates),
  queued_by: z.string().describe('the operator or integration'),
  queued_at: time,
  expires_at: time,
  delivered_at: time.nullable(),
  answered_at: time.nullable().describe('when the first answer was received'),
  answer: CommandAnswer.nullable(),
})
export type Command = z.infer<typeof Command>

/** A command as the device gets it on its commands topic, with the fields that its sender added. */
export const SentCommand = z.looseObject({
  id: Id,
  kind: z.string(),
  text: z.string().optional(),
  queued_at: time,
  expires_at: time,
})
export type SentCommand = z.infer<typeof SentCommand>
