import type { Notice } from '../../domain/notices.ts'

/** Placeholders (`{{to}}`) in what an operator sets, filled in and escaped for where they stand. */

export const placeholders = ['to', 'text', 'title', 'id', 'language', 'link', 'number'] as const
export type Placeholder = (typeof placeholders)[number]
export type Values = Record<Placeholder, string>

/** `number`: of the ticket; it and `link` are empty where there is none. */
export const valuesOf = ({ to, text, title, id, language, link, ticket }: Notice): Values => ({
  to,
  text,
  title,
  id,
  language,
  link: link ?? '',
  number: ticket ? String(ticket.number) : '',
})

export const escapes = {
  /** Inside a JSON string. */
  json: (value: string): string => JSON.stringify(value.toWellFormed()).slice(1, -1),
  /** A value of a form or of an address. */
  form: (value: string): string => encodeURIComponent(value.toWellFormed()),
}

const pattern = /\{\{ *(\w+) *\}\}/g

/** Fills a template in one pass: what a value contains is never taken for a placeholder. Unknown ones stay as they are. */
export const fill = (template: string, values: Values, escaped: (value: string) => string): string =>
  template.replaceAll(pattern, (whole, name) =>
    Object.hasOwn(values, name) ? escaped(values[name as Placeholder]) : whole,
  )

/** What stands in double braces and is none of the known, as it is written. */
export function unknownIn(template: string, known: readonly string[]): string[] {
  const rest = template.replaceAll(pattern, (whole, name) => (known.includes(name) ? '' : whole))
  return rest.match(/\{\{[^{}]{0,40}\}{0,2}/g) ?? []
}

/** The same value for every placeholder, to see what a template becomes. */
export const sample = (value: string): Values => Object.fromEntries(placeholders.map((name) => [name, value])) as Values
