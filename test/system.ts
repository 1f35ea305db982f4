import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LiveEvent, Ticket } from '../domain/ticket.ts'
import { streamEvents } from './live_events.ts'
import { until } from './until.ts'

const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))
export const adminToken = 'the-tests-administrator'

/** The processes that a test may kill. */
export type Part = 'broker' | 'ingest' | 'api' | 'vigil'

/** The real system: supervisor and all processes, on free ports, in a data folder of its own. */
export type System = {
  data: string
  mqttPort: number
  /** The same over TLS, with a certificate of `{data}/tls/ca.pem`. */
  mqttsPort: number
  httpsPort: number
  url: string
  /** Calls the API, as administrator unless with another's token. Gives the JSON answer; throws on a status of 400 and above. */
  call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T>
  /** All items of a paged list. */
  list<T>(path: string): Promise<T[]>
  tickets(): Promise<Ticket[]>
  /** Every live event from the first, as a subscriber gets them who resumes from 0, up to the newest there is. */
  events(count: number): Promise<LiveEvent[]>
  /** Kills one process with SIGKILL, as soon as it runs. `vigil` is the supervisor, which is then started again, unless told. */
  kill(part: Part, startAgain?: boolean): Promise<void>
  /** Stops with SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  start(): Promise<void>
  /** Stops and removes the folder. */
  close(): Promise<void>
}

export async function startSystem(env: Record<string, string> = {}, folder?: string): Promise<System> {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'vigil-system-')))
  let ports = { mqtt: 0, mqtts: 0, http: 0, https: 0 }
  let supervisor: ChildProcess | undefined
  const killed = new Set<number>()

  async function start(): Promise<void> {
    const child = spawn(process.execPath, [commandLine, 'start'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        VIGIL_LOG: 'silent',
        ...env,
        VIGIL_DATA: data,
        VIGIL_DEMO: '0',
        VIGIL_HOST: '127.0.0.1',
        VIGIL_ADMIN_TOKEN: adminToken,
        MQTT_PORT: `${ports.mqtt}`,
        MQTTS_PORT: `${ports.mqtts}`,
        HTTP_PORT: `${ports.http}`,
        HTTPS_PORT: `${ports.https}`,
      },
    })
    supervisor = child
    child.stdout.resume()
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`vigil start ended with ${code}`)))
    ended.catch(() => {})
    await Promise.race([ended, ready()])
  }

  async function ready(): Promise<void> {
    ports = await until('the system is up', async () => {
      const [broker, api] = [await noteOf(data, 'broker'), await noteOf(data, 'api')]
      const { mqtt, mqtts, http, https } = { ...broker?.ports, ...api?.ports }
      if (!broker || !api || !mqtt || !mqtts || !http || !https || killed.has(broker.pid) || killed.has(api.pid))
        return undefined
      const answer = await fetch(`http://127.0.0.1:${http}/readyz`).catch(() => undefined)
      return answer?.ok ? { mqtt, mqtts, http, https } : undefined
    })
  }

  async function kill(part: Part, startAgain = true): Promise<void> {
    const pid = await until(`${part} runs`, async () => {
      const note = await noteOf(data, part)
      return note && !killed.has(note.pid) && isAlive(note.pid) ? note.pid : undefined
    })
    killed.add(pid)
    process.kill(pid, 'SIGKILL')
    if (part !== 'vigil') return
    for (const orphan of ['broker', 'ingest', 'api'] as const) {
      const note = await noteOf(data, orphan)
      if (note) await until(`${orphan} follows its supervisor`, async () => !isAlive(note.pid) || undefined)
    }
    if (startAgain) await start()
  }

  async function stop(): Promise<number | null> {
    const child = supervisor
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const [code] = await ended
    return code as number | null
  }

  async function call<T>(method: string, path: string, body?: unknown, token = adminToken): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${ports.http}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }

  async function list<T>(path: string): Promise<T[]> {
    const items: T[] = []
    const joint = path.includes('?') ? '&' : '?'
    let after = ''
    for (;;) {
      const page = await call<{ items: T[]; next: string | null }>('GET', `${path}${joint}limit=1000${after}`)
      items.push(...page.items)
      if (!page.next) return items
      after = `&after=${encodeURIComponent(page.next)}`
    }
  }

  await start()
  return {
    data,
    get mqttPort() {
      return ports.mqtt
    },
    get mqttsPort() {
      return ports.mqtts
    },
    get httpsPort() {
      return ports.https
    },
    get url() {
      return `http://127.0.0.1:${ports.http}`
    },
    call,
    list,
    tickets: () => list<Ticket>('/tickets'),
    events: (count) => readEvents(`http://127.0.0.1:${ports.http}`, count),
    kill,
    stop,
    start,
    async close() {
      await stop()
      await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
}

type Note = { pid: number; ports: Record<string, number> }

async function noteOf(data: string, part: string): Promise<Note | undefined> {
  const text = await readFile(join(data, 'run', `${part}.json`), 'utf8').catch(() => undefined)
  return text ? (JSON.parse(text) as Note) : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function readEvents(url: string, count: number): Promise<LiveEvent[]> {
  const leaving = new AbortController()
  const events: LiveEvent[] = []
  try {
    for await (const event of streamEvents({ url, token: adminToken, after: 0, signal: leaving.signal })) {
      events.push(event)
      if (events.length >= count) break
    }
  } finally {
    leaving.abort()
  }
  return events
}
