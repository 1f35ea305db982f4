import { z } from 'zod'
import { isoTime } from '../../../domain/clock.ts'
import { limits } from '../../../domain/limits.ts'
import { Ticket } from '../../../domain/ticket.ts'
import type { Stage } from './stage.ts'

const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })
const Tickets = pageOf(Ticket)
const Letters = pageOf(z.object({ device: z.string().nullable() }))
const Telemetry = z.object({
  series: z.array(
    z.object({ device: z.string(), metric: z.string(), points: z.array(z.tuple([z.string(), z.number()])) }),
  ),
})

export type Telemetry = z.infer<typeof Telemetry>['series']

/** A day of a home is far below what one call may give. */
const dayMs = 24 * 3_600_000

async function ask<T extends z.ZodType>(
  { httpUrl, adminToken, during }: Stage,
  path: string,
  answer: T,
): Promise<z.infer<T>> {
  const asked = fetch(new URL(`/api/v1${path}`, httpUrl), { headers: { authorization: `Bearer ${adminToken}` } })
  const found = await during(asked.then(async (got) => ({ status: got.status, body: (await got.json()) as unknown })))
  if (found.status !== 200) throw new Error(`GET ${path} was answered with ${found.status}`)
  return answer.parse(found.body)
}

async function allOf<T>(stage: Stage, path: string, page: z.ZodType<{ items: T[]; next: string | null }>) {
  const items: T[] = []
  for (let after: string | null = ''; after !== null; ) {
    const more = after && `&after=${encodeURIComponent(after)}`
    const found: { items: T[]; next: string | null } = await ask(stage, `${path}limit=1000${more}`, page)
    items.push(...found.items)
    after = found.next
  }
  return items
}

/** Every ticket there is where the Vigil is of the run's own, else those of the homes (as Vigil calls them). */
export async function ticketsIn(stage: Stage, homes: readonly string[]): Promise<Ticket[]> {
  if (stage.parts) return allOf(stage, '/tickets?', Tickets)
  const found: Ticket[] = []
  for (const home of homes) found.push(...(await allOf(stage, `/tickets?home=${encodeURIComponent(home)}&`, Tickets)))
  return found
}

/** What a home's devices measured from one instant to another (epoch ms), a day at a time. */
export async function telemetryOf(stage: Stage, home: string, from: number, to: number): Promise<Telemetry> {
  const series: Telemetry = []
  for (let start = from; start < to; start += dayMs) {
    const span = `from=${isoTime(start)}&to=${isoTime(Math.min(start + dayMs, to))}`
    series.push(...(await ask(stage, `/homes/${encodeURIComponent(home)}/telemetry?${span}`, Telemetry)).series)
  }
  return series
}

/** How many messages of a device lie among the dead letters. */
export async function lettersOf(stage: Stage, device: string): Promise<number> {
  return (await allOf(stage, `/dead-letters?device=${encodeURIComponent(device)}&`, Letters)).length
}

/** What is older is not kept; an hour is left for it to be read. */
export const keptSince = (now: number): number => now - limits.telemetryKeepMs + 3_600_000
