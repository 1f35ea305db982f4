import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { limits } from '../../../domain/limits.ts'
import { scoreOf } from '../../../simulators/score/score.ts'
import { ScoredTicket } from '../../../simulators/score/scored.ts'
import { tableOf } from '../../../simulators/score/table.ts'
import { parseTruth, type Truth } from '../../../simulators/truth.ts'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { type ClientOptions, connectApi } from '../client.ts'
import { writeGiven } from '../files.ts'

export type ScoreOptions = ClientOptions & { tickets?: string; json?: string }

const Page = z.object({ items: z.array(ScoredTicket), next: z.string().nullish() })
const TicketFile = z.union([z.array(ScoredTicket), Page.transform(({ items }) => items)])

/** Sets the tickets of a file, or of a running Vigil, against what really happened. Gives the lines to print. */
export async function score(config: Config, path: string, { tickets, json, ...options }: ScoreOptions) {
  const truth = await truthIn(path)
  const all = tickets === undefined ? await ticketsOf(config, options) : await ticketsIn(tickets)
  const result = scoreOf(truth, all)
  if (json !== undefined) await writeGiven('--json', json, `${JSON.stringify(result, null, 2)}\n`)
  return tableOf(result)
}

async function textOf(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new Fault(`${path} cannot be read: give the ${what}.`, { cause })
  })
}

async function truthIn(path: string): Promise<Truth> {
  const text = await textOf(path, 'truth.jsonl that a simulated run wrote')
  try {
    return parseTruth(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault(`${path} is no truth of a simulated run: ${why}.`, { cause })
  }
}

async function ticketsIn(path: string): Promise<ScoredTicket[]> {
  const text = await textOf(path, 'tickets as GET /api/v1/tickets gives them')
  try {
    return TicketFile.parse(JSON.parse(text))
  } catch (cause) {
    const why = cause instanceof z.ZodError ? placeOf(cause) : (cause as Error).message
    throw new Fault(`${path} holds no tickets as GET /api/v1/tickets gives them: ${why}.`, { cause })
  }
}

/** Where the first thing is wrong, in a list or in the `items` of a page: `ticket 3, evidence.0.signal`. */
function placeOf({ issues }: z.ZodError): string {
  const tried = issues[0]?.code === 'invalid_union' ? issues[0].errors.flat() : issues
  const deepest = [...tried].sort((a, b) => b.path.length - a.path.length)[0]
  const [n, ...rest] = (deepest?.path ?? []).filter((part) => part !== 'items')
  return typeof n === 'number' ? `ticket ${n + 1}, ${rest.join('.')}: ${deepest?.message}` : 'it is no list of them'
}

async function ticketsOf(config: Config, options: ClientOptions): Promise<ScoredTicket[]> {
  const api = await connectApi(config, options)
  const all: ScoredTicket[] = []
  let next: string | null | undefined
  do {
    const after: string = next ? `&after=${encodeURIComponent(next)}` : ''
    const page = await api.get(`/tickets?limit=${limits.pageSizeMost}${after}`, Page)
    all.push(...page.items)
    next = page.next
  } while (next)
  return all
}
