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
  timeDeltas: z.array(z.number()),
})
type Profile = z.infer<typeof Profile>

export type Hot = { where: string; ms: number; share: number }

const SHOWN = 15
/** Not work: the thread waits, or the profile has no name for it. */
const waiting = new Set(['(idle)', '(root)'])

const place = ({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string => {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(?=node_modules\/)/, '')
  const short =
    file.startsWith('node_modules/') || file.startsWith('node:') ? file : file.split('/').slice(-2).join('/')
  return `${functionName || '(anonymous)'}${short ? ` ${short}:${lineNumber + 1}` : ''}`
}

/** The functions with the most time of their own; `share` is of the time in which the thread was not idle. */
export function hottest({ nodes, samples, timeDeltas }: Profile): Hot[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, place(callFrame)]))
  const ms = new Map<string, number>()
  samples.forEach((id, n) => {
    const where = names.get(id) ?? '?'
    if (!waiting.has(where)) ms.set(where, (ms.get(where) ?? 0) + (timeDeltas[n] ?? 0) / 1_000)
  })
  const busy = [...ms.values()].reduce((sum, part) => sum + part, 0)
  return [...ms]
    .map(([where, part]) => ({ where, ms: part, share: part / busy }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SHOWN)
}

/** The profile files of the main threads in a folder, by process. */
async function filesOf(folder: string, processes: readonly Named[]): Promise<{ name: string; path: string }[]> {
  const files = await readdir(folder)
  return processes.flatMap(({ name, pid }) => {
    const file = files.find((found) => found.endsWith('.cpuprofile') && found.split('.').includes(String(pid)))
    return file ? [{ name, path: join(folder, file) }] : []
  })
}

/** A table for each process of where its CPU time went. */
export async function profileTable(folder: string, processes: readonly Named[]): Promise<string> {
  const tables: string[] = []
  for (const { name, path } of await filesOf(folder, processes)) {
    const rows = hottest(Profile.parse(JSON.parse(await readFile(path, 'utf8'))))
    const lines = rows.map(
      ({ where, ms, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${ms.toFixed(0).padStart(7)} ms  ${where}`,
    )
    tables.push([`${name} (${path})`, ...lines].join('\n'))
  }
  return tables.join('\n\n')
}
