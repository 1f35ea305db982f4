import { readFile } from 'node:fs/promises'
import { limits } from '../domain/limits.ts'

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

/** Kept free for all but connections of devices: the journal, the database, requests over HTTP. */
const ASIDE_LEAST = 100
const ASIDE_SHARE = 0.02

/** How many devices a front door can hold that may have so many files open; undefined where that is not known. */
export const connectionsFor = (files: number | undefined): number | undefined =>
  files === undefined ? undefined : Math.max(1, files - Math.max(ASIDE_LEAST, Math.ceil(files * ASIDE_SHARE)))

/** HTTP connections for which there is room: each that becomes MQTT over WebSocket takes a second file. */
export const linesFor = (files: number | undefined): number =>
  Math.min(limits.newcomers, Math.max(1, Math.floor((files ?? Number.POSITIVE_INFINITY) * 0.4)))
