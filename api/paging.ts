import { z } from 'zod'
import { limits } from '../domain/limits.ts'

/** The query of every list. */
export const PageQuery = z.object({
  after: z.string().max(200).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(limits.pageSizeMost).default(limits.pageSize),
})

/** The answer of every list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('null on the last page') })

/** A moment in a query: ISO 8601 or epoch milliseconds -> the latter. */
export const instant = z.union([
  // A `+08:00` that nobody percent-encoded arrives as a blank.
  z
    .string()
    .transform((text) => text.replace(' ', '+'))
    .pipe(z.iso.datetime({ offset: true }))
    .transform((text) => Date.parse(text)),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])

/** `a,b` or a parameter given twice -> the list of both; absent stays absent. */
export const listOf = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((part) => part.split(',').filter(Boolean)))
    .pipe(z.array(item))
    .optional()
