import { z } from 'zod'
import { isoTime, parseTime } from '../domain/clock.ts'
import { Id } from '../domain/ids.ts'
import { happenings, type Incident, type Trouble } from './home/script.ts'
import { hazards, type Room, rooms } from './life/scene.ts'

/**
 * What really happened, as only the simulation knows. `needsHelp`: somebody should come; the rest is there so that a
 * false alarm can be explained. `at`, `until`: epoch ms; `until` is known from the start, because the script is.
 */
export type Fact = {
  id: string
  at: number
  until: number
  home: string
  event: Incident['what'] | Trouble['what']
  /** The hazard, for a hazard. */
  kind?: string
  who?: string
  room?: Room
  device?: string
  times?: number
  needsHelp: boolean
}

/** A simulated home in short. The devices are there so that what each kind of them reported can be scored. */
export type TruthHome = {
  id: string
  residents: readonly string[]
  devices: readonly { id: string; kind: string }[]
}

/** What was simulated. `from`: epoch ms. */
export type TruthRun = { seed: number; from: number; homes: readonly TruthHome[] }

type Planned = {
  id: string
  residents: readonly { id: string }[]
  devices: readonly { id: string; kind: string }[]
}

/** The run's line for homes as planned. `from`: epoch ms. */
export const runOf = (seed: number, from: number, homes: readonly Planned[]): TruthRun => ({
  seed,
  from,
  homes: homes.map(({ id, residents, devices }) => ({
    id,
    residents: residents.map((resident) => resident.id),
    devices: devices.map((device) => ({ id: device.id, kind: device.kind })),
  })),
})

/** How a run ended: `at` in epoch ms of the simulated time, and what it gave until then. */
export type TruthEnd = { at: number; facts: number; messages: number }

/** A truth file as read. `end` is absent where the run was cut short. */
export type Truth = { run: TruthRun; facts: Fact[]; end: TruthEnd | undefined }

const Time = z.iso
  .datetime({ offset: true })
  .refine((text) => parseTime(text) !== undefined, 'a time that does not exist')
  .transform((text) => parseTime(text) ?? Number.NaN)
const Count = z.number().int().min(0)

const RunLine = z.object({
  run: z.object({
    seed: z.number().int(),
    from: Time,
    homes: z.array(
      z.object({
        id: Id,
        residents: z.array(Id),
        devices: z.array(z.object({ id: Id, kind: z.string().min(1) })),
      }),
    ),
  }),
})

const FactLine = z
  .object({
    id: z.string().min(1),
    at: Time,
    until: Time,
    home: Id,
    event: z.enum(happenings),
    kind: z.enum(hazards).optional(),
    who: z.string().optional(),
    room: z.enum(rooms).optional(),
    device: Id.optional(),
    times: Count.optional(),
    needs_help: z.boolean(),
  })
  .transform(({ needs_help, ...rest }): Fact => ({ ...rest, needsHelp: needs_help }))

const EndLine = z.object({ end: z.object({ at: Time, facts: Count, messages: Count }) })

/** One line of truth.jsonl: the run first, then a fact a line in order of `at`, the end last. */
const TruthLine = z.union([RunLine, EndLine, FactLine])

/** The lines of a truth file, each without its line feed. */
export const truthLines = {
  run: ({ seed, from, homes }: TruthRun): string => JSON.stringify({ run: { seed, from: isoTime(from), homes } }),
  fact: ({ at, until, needsHelp, ...rest }: Fact): string =>
    JSON.stringify({ ...rest, at: isoTime(at), until: isoTime(until), needs_help: needsHelp }),
  end: ({ at, facts, messages }: TruthEnd): string => JSON.stringify({ end: { at: isoTime(at), facts, messages } }),
}

function lineOf(text: string, number: number): z.infer<typeof TruthLine> {
  try {
    return TruthLine.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`line ${number} of the truth is neither a run, a fact nor an end`, { cause })
  }
}

/** The whole lines of a file: what follows the last line feed was cut off while it was written. */
const wholeLines = (text: string): string[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)

/**
 * Reads a truth file. A last line without its line feed is passed over, because the writer may have been stopped in
 * the middle of it; any other line that cannot be read throws, with its number.
 */
export function parseTruth(text: string): Truth {
  const lines = wholeLines(text).map((line, n) => lineOf(line, n + 1))
  const [first] = lines
  if (!first || !('run' in first)) throw new Error('the truth does not begin with a run')
  const facts = lines.filter((line): line is Fact => 'event' in line)
  const ends = lines.filter((line) => 'end' in line)
  if (facts.length + ends.length + 1 !== lines.length) throw new Error('the truth holds more than one run')
  return { run: first.run, facts, end: ends.at(-1)?.end }
}
