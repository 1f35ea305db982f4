import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { newId } from '../domain/random.ts'
import { Fault } from './fault.ts'

/** What a process of the house may be; one may be several things at once. `vigil` is the supervisor of `vigil start`. */
export const processNames = ['vigil', 'broker', 'ingest', 'alerts', 'api', 'auditor', 'gsm'] as const
export type ProcessName = (typeof processNames)[number]

/** What a running process says of itself in `run/{process}.json`: where it listens on this machine. */
const Running = z.object({
  process: z.enum(processNames),
  pid: z.number().int(),
  /** The address on which mqtt, mqtts, http and https listen; the other ports are on loopback. */
  host: z.string(),
  ports: z.object({
    mqtt: z.number().int().optional(),
    mqtts: z.number().int().optional(),
    http: z.number().int().optional(),
    https: z.number().int().optional(),
    /** The front door's loopback listener for HTTP ingest and WebSocket. */
    door: z.number().int().optional(),
    /** The gateway of GSM watches, by protocol. */
    gsm_watch: z.number().int().optional(),
    gsm_eview: z.number().int().optional(),
    gsm_trv: z.number().int().optional(),
    /** The loopback listener with /healthz and /metrics.json. */
    admin: z.number().int().optional(),
  }),
})
export type Running = z.infer<typeof Running>
export type Ports = Running['ports']

export type Claim = {
  /** Makes known where this process listens. */
  publish(host: string, ports: Ports): Promise<void>
  /** Takes the note away and lets another process have the place. */
  release(): Promise<void>
}

const folderOf = (data: string): string => join(data, 'run')
const noteOf = (data: string, name: ProcessName): string => join(folderOf(data), `${name}.json`)

/**
 * Takes the place of one process in a data folder. Throws Fault where another one has it. The place is an exclusive
 * lock of SQLite's, held by the kernel for the life of the process: it cannot be stale, as a file with a pid can.
 */
export async function claim(data: string, name: ProcessName): Promise<Claim> {
  await mkdir(folderOf(data), { recursive: true })
  const lock = lockOf(join(folderOf(data), `${name}.lock`))
  if (!lock) throw new Fault(await takenBy(data, name))
  await rm(noteOf(data, name), { force: true })
  return {
    publish: (host, ports) => writeWhole(noteOf(data, name), { process: name, pid: process.pid, host, ports }),
    async release() {
      await rm(noteOf(data, name), { force: true })
      lock.close()
    },
  }
}

/** The lock, or undefined where another process holds it. */
function lockOf(path: string): DatabaseSync | undefined {
  try {
    const lock = new DatabaseSync(path)
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    const code = (error as { errcode?: number }).errcode
    if (code === sqlite.busy) return undefined
    if (code === sqlite.cantOpen || code === sqlite.readOnly)
      throw new Fault(`No permission to write ${path}: give the folder to this user, or set VIGIL_DATA to another one.`)
    throw error
  }
}
const sqlite = { busy: 5, readOnly: 8, cantOpen: 14 }

async function takenBy(data: string, name: ProcessName): Promise<string> {
  const holder = await findRunning(data, name)
  const who = name === 'vigil' ? 'Vigil' : `The ${name} process`
  const pid = holder ? ` (pid ${holder.pid})` : ''
  return `${who} runs already${pid} with the data folder ${data}: stop it, or set VIGIL_DATA to another folder.`
}

async function writeWhole(path: string, note: Running): Promise<void> {
  const fresh = `${path}.${newId('new')}`
  await writeFile(fresh, JSON.stringify(note))
  await rename(fresh, path)
}

/** The note of one process, or undefined where it does not run. A note that a killed process left behind counts as none. */
export async function findRunning(data: string, name: ProcessName): Promise<Running | undefined> {
  const note = Running.safeParse(await readJson(noteOf(data, name)))
  return note.success && isAlive(note.data.pid) ? note.data : undefined
}

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** How to reach, from this machine, what listens on an address. For URLs. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** All processes that run with a data folder, in the order of `processNames`. */
export async function listRunning(data: string): Promise<Running[]> {
  const files = await readdir(folderOf(data)).catch((): string[] => [])
  const names = processNames.filter((name) => files.includes(`${name}.json`))
  const found = await Promise.all(names.map((name) => findRunning(data, name)))
  return found.filter((note) => note !== undefined)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, but it is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
