import { readFile } from 'node:fs/promises'

/** What the text of /proc/{pid}/limits says a process may have open now; undefined where it says nothing. */
export function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}

/** How many files a process may have open, sockets included; undefined where that cannot be told (not Linux, not ours). */
export async function openFilesOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/limits`, 'utf8').catch(() => '')
  return openFilesIn(text)
}
