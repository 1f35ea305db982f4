import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Named } from './usage.ts'

/** Reads what `--cpu-prof` wrote: which functions the CPU time went to, by themselves. */

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  /** Microseconds between the samples; the first one counts from `startTime`. */
  timeDeltas: z.array(z.number()),
  /** Microseconds of the machine's monotonic clock, the same for all processes. */
  startTime: z.number(),
})
type Profile = z.infer<typeof Profile>
type Frame = Profile['nodes'][number]['callFrame']

/** A span of the monotonic clock, microseconds: what `process.hrtime.bigint() / 1000n` gives. */
export type Span = { from: number; to: number }

export type Hot = { where: string; ms: number; share: number }

const SHOWN = 15
/** Not work: the thread waits, or the profile has no name for it. */
const waiting = new Set(['(idle)', '(root)'])

function fileOf({ url }: Frame): string {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(?=node_modules\/)/, '')
  return file.startsWith('node_modules/') || file.startsWith('node:') ? file : file.split('/').slice(-2).join('/')
}

/** A function with its place. */
function functionOf(frame: Frame): string {
  const file = fileOf(frame)
  return `${frame.functionName || '(anonymous)'}${file ? ` ${file}:${frame.lineNumber + 1}` : ''}`
}

/** What a function belongs to: a package, one of our files, or the engine itself. */
function ownerOf(frame: Frame): string {
  const file = fileOf(frame)
  if (file.startsWith('node_modules/'))
    return file
      .split('/')
      .slice(0, file.includes('/@') ? 3 : 2)
      .join('/')
  return file || frame.functionName || '(anonymous)'
}

/** The owners with the most time of their own within `span`; `share` is of the time in which the thread was not idle. */
function hottest(
  { nodes, samples, timeDeltas, startTime }: Profile,
  span: Span,
  owner: (frame: Frame) => string,
): Hot[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const ms = new Map<string, number>()
  let at = startTime
  samples.forEach((id, n) => {
    const delta = timeDeltas[n] ?? 0
    at += delta
    const frame = frames.get(id)
    if (!frame || at < span.from || at > span.to || waiting.has(frame.functionName)) return
    const where = owner(frame)
    ms.set(where, (ms.get(where) ?? 0) + delta / 1_000)
  })
  const busy = [...ms.values()].reduce((sum, part) => sum + part, 0)
  return [...ms]
    .map(([where, part]) => ({ where, ms: part, share: part / busy }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SHOWN)
}

export const byFunction = (profile: Profile, span: Span): Hot[] => hottest(profile, span, functionOf)
export const byOwner = (profile: Profile, span: Span): Hot[] => hottest(profile, span, ownerOf)

const rowOf = ({ where, ms, share }: Hot): string =>
  `${(share * 100).toFixed(1).padStart(6)} %  ${ms.toFixed(0).padStart(7)} ms  ${where}`

/** The profile files of the main threads in a folder, by process. */
async function filesOf(folder: string, processes: readonly Named[]): Promise<{ name: string; path: string }[]> {
  const files = await readdir(folder)
  return processes.flatMap(({ name, pid }) => {
    const file = files.find((found) => found.endsWith('.cpuprofile') && found.split('.').includes(String(pid)))
    return file ? [{ name, path: join(folder, file) }] : []
  })
}

/** Tables for each process of where its CPU time went within `span`. */
export async function profileTable(folder: string, processes: readonly Named[], span: Span): Promise<string> {
  const tables: string[] = []
  for (const { name, path } of await filesOf(folder, processes)) {
    const profile = Profile.parse(JSON.parse(await readFile(path, 'utf8')))
    tables.push([`${name}: functions (${path})`, ...byFunction(profile, span).map(rowOf)].join('\n'))
    tables.push([`${name}: packages and files`, ...byOwner(profile, span).map(rowOf)].join('\n'))
  }
  return tables.join('\n\n')
}
