import { type Expression, type SqlBool, sql } from 'kysely'

/** Words looked for at once; more narrow nothing that a person would type. */
const wordsMost = 8

/** Capitals of A to Z only: that is what `lower` knows on both engines. */
const small = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** `%`, `_` and the escape itself stand for themselves. */
const holding = (word: string): string => `%${small(word).replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`

/** A telephone number without what people write between its digits. */
export const digitsOf = (phone: Expression<string | null>): Expression<string | null> =>
  sql`replace(replace(${phone}, ' ', ''), '-', '')`

/**
 * Whether every word of the text stands somewhere in one of these columns; of A to Z capitals count as small letters. Chinese is
 * written without blanks, so what is found is a part of a word as well.
 */
export function holdsWords(columns: Expression<string | null>[], text: string): Expression<SqlBool> {
  const words = text.trim().split(/\s+/).slice(0, wordsMost)
  const conditions = words.map((word) => {
    const found = columns.map((column) => sql`lower(${column}) like ${holding(word)} escape '\\'`)
    return sql`(${sql.join(found, sql` or `)})`
  })
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
}
