import { z } from 'zod'
import { Id } from './ids.ts'

/** Why somebody is not at home. */
export const absenceReasons = ['hospital', 'holiday', 'family', 'moved', 'other'] as const
export type AbsenceReason = (typeof absenceReasons)[number]

const Instant = z.iso.datetime({ offset: true }).describe('ISO 8601 with zone')

/** That a resident, or all of a home, is away. It is told beside tickets and decides nothing: no signal is filtered or delayed by it. */
export const AbsenceInput = z.object({
  id: Id.optional(),
  home: Id,
  resident: Id.nullish().describe('of this home; absent: everybody who lives there'),
  from: Instant.optional().describe('absent: now'),
  to: Instant.nullish().describe('absent: until somebody says otherwise'),
  reason: z.enum(absenceReasons),
  note: z.string().max(2_000).nullish(),
})
export const Absence = z.object({
  id: Id,
  home: Id,
  resident: Id.nullable(),
  from: z.string(),
  to: z.string().nullable(),
  reason: z.enum(absenceReasons),
  note: z.string().nullable(),
})
export type Absence = z.infer<typeof Absence>
