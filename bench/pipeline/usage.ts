import { readFile } from 'node:fs/promises'

/** What the kernel says of a process: Linux, /proc. */

/** Clock ticks a second in /proc; the kernel fixes it to 100 for user space on all platforms that we run on. */
const TICKS = 100

export type CpuSeconds = { user: number; system: number }

/** CPU time of a process with all its threads since its start. Rejects where there is no such process. */
export async function cpuOf(pid: number): Promise<CpuSeconds> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold blanks; what follows is counted from its end: user time is field 14, system 15.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[11]) / TICKS, system: Number(fields[12]) / TICKS }
}

/** Resident memory of a process, bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory: it has ended`)
  return Number(kilobytes) * 1_024
}

export type Named = { name: string; pid: number }

/** CPU time over a span of `seconds`, and memory at its end. */
export type ProcessUse = { name: string; cpu: CpuSeconds; seconds: number; residentBytes: number }

export type Usage = { since(): Promise<ProcessUse[]> }

/** Begins to count the CPU time of the processes; `since` gives what they used from then on, and their memory now. */
export async function countUsage(processes: readonly Named[]): Promise<Usage> {
  const start = performance.now()
  const before = await Promise.all(processes.map(({ pid }) => cpuOf(pid)))
  return {
    since: () =>
      Promise.all(
        processes.map(async ({ name, pid }, n) => {
          const now = await cpuOf(pid)
          const cpu = { user: now.user - before[n]!.user, system: now.system - before[n]!.system }
          const seconds = (performance.now() - start) / 1_000
          return { name, cpu, seconds, residentBytes: await residentBytes(pid) }
        }),
      ),
  }
}
