import { z } from 'zod'
import type { Client } from '../client.ts'
import { firstOf, itemsOf, listed, type Told } from '../telling.ts'

const Entry = z.looseObject({
  at: z.string(),
  last_at: z.string(),
  who: z.string().nullish(),
  what: z.string(),
  subject: z.string().nullish(),
  detail: z.string().nullish(),
  address: z.string().nullish(),
  count: z.number(),
})
type Entry = z.output<typeof Entry>

export type AuditFilter = { subject?: string; what?: string; vendor?: string }

/** What was done to credentials and by whom, and what was refused; newest first, at most `most`. */
export function listAudit(api: Client, { subject, what, vendor }: AuditFilter, most: number): AsyncIterable<Told> {
  const entries = itemsOf(api, '/audit', Entry, { subject, what, vendor, limit: String(Math.min(most, 1_000)) })
  return listed(firstOf(entries, most), entryLine, 'Nothing in the audit that matches.')
}

function entryLine({ last_at, who, what, subject, detail, address, count }: Entry): string {
  const times = count > 1 ? `${count} times ` : ''
  const parts = [last_at, who ?? '-', `${times}${what}`, subject ?? '', detail ?? '', address ? `from ${address}` : '']
  return parts.filter(Boolean).join('  ')
}
