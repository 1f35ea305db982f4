import type { Command } from 'commander'
import { z } from 'zod'
import { withApi } from './api_options.ts'
import type { Client, ClientOptions } from './client.ts'
import type { CommandLine } from './command_line.ts'

/**
 * One thing that a command tells: `answer` for programs (`--json`, one object a line), `lines` for people. What is said
 * to people alone has no answer.
 */
export type Told = { answer?: unknown; lines: string[] }

export type TellingOptions = ClientOptions & { json?: boolean }

/** A command that speaks to the API and tells what comes of it. `work` is given its options and then its arguments. */
export function asking<Options extends object, Args extends unknown[] = []>(
  line: CommandLine,
  command: Command,
  work: (api: Client, options: Options & TellingOptions, ...args: Args) => Promise<AsyncIterable<Told> | Told>,
): Command {
  return withApi(command)
    .option('--json', 'for programs: what the api answers, one JSON object a line')
    .action(async (...given: unknown[]) => {
      // Commander hands over the arguments, then the options, then the command.
      const options = given.at(-2) as Options & TellingOptions
      const { connectApi } = await import('./client.ts')
      const told = await work(await connectApi(line.config(), options), options, ...(given.slice(0, -2) as Args))
      await tell(line.print, options.json, told)
    })
}

/** Tells people or programs, as soon as there is something to tell. */
export async function tell(
  print: CommandLine['print'],
  json: boolean | undefined,
  told: AsyncIterable<Told> | Told,
): Promise<void> {
  for await (const { answer, lines } of 'lines' in told ? [told] : told) {
    if (!json) print(lines)
    else if (answer !== undefined) print([JSON.stringify(answer)])
  }
}

/** Every item of a list of the API, page by page. */
export async function* itemsOf<T>(
  api: Client,
  path: string,
  item: z.ZodType<T>,
  query: Readonly<Record<string, string | undefined>> = {},
): AsyncGenerator<T> {
  const page = z.object({ items: z.array(item), next: z.string().nullish() })
  for (let after: string | null | undefined = ''; after !== null && after !== undefined; ) {
    const asked: string = queryOf({ ...query, ...(after && { after }) })
    const { items, next }: z.output<typeof page> = await api.get(`${path}${asked}`, page)
    yield* items
    after = next
  }
}

/** `?a=b`, without what is undefined; nothing where all is. */
export function queryOf(fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

/** One line an item; where there is none, people are told `nothing`. */
export async function* listed<T>(
  items: AsyncIterable<T>,
  lineOf: (item: T) => string,
  nothing: string,
): AsyncGenerator<Told> {
  let some = false
  for await (const item of items) {
    some = true
    yield { answer: item, lines: [lineOf(item)] }
  }
  if (!some) yield { lines: [nothing] }
}

/** The first `most` of them. */
export async function* firstOf<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T> {
  let left = most
  for await (const item of items) {
    if (left-- <= 0) return
    yield item
  }
}

/** An id as part of a path. */
export const inPath = (id: string): string => encodeURIComponent(id)
