import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listRunning, type Running } from '../../app/runtime.ts'
import { newSecret } from '../../domain/random.ts'
import type { Named } from './usage.ts'

export type SystemOptions = {
  /** INFLUX_URL for the processes; absent: the embedded telemetry store. */
  influx?: string | undefined
  /** DATABASE_URL for the processes; absent: the embedded store. */
  database?: string | undefined
  /** Folder into which every process writes a CPU profile when it ends. */
  profile?: string | undefined
}

/** The real processes, at work on a data folder of their own. */
export type System = {
  data: string
  mqttPort: number
  httpUrl: string
  adminToken: string
  /** One entry a process; a process that is two things has both names. */
  processes: Named[]
  /** What the processes printed so far. */
  output(): string
  stop(): Promise<void>
}

const UP_WITHIN = 60_000
const STOP_WITHIN = 10_000
const commandLine = fileURLToPath(new URL('../../app/vigil.ts', import.meta.url))

function spawnVigil(data: string, adminToken: string, { influx, database, profile }: SystemOptions): ChildProcess {
  return spawn(process.execPath, [commandLine, 'start'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      VIGIL_DATA: data,
      VIGIL_DEMO: '0',
      VIGIL_HOST: '127.0.0.1',
      MQTT_PORT: '0',
      HTTP_PORT: '0',
      VIGIL_ADMIN_TOKEN: adminToken,
      ...(influx && { INFLUX_URL: influx }),
      ...(database && { DATABASE_URL: database }),
      ...(profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }),
    },
  })
}

/** Resolves when broker, ingest, alerts and api say where they listen; rejects where the house ends or takes too long. */
async function untilUp(child: ChildProcess, data: string, output: () => string): Promise<Running[]> {
  const latest = performance.now() + UP_WITHIN
  for (;;) {
    const running = await listRunning(data)
    const names = new Set<string>(running.map(({ process }) => process))
    if (['broker', 'ingest', 'alerts', 'api'].every((name) => names.has(name))) return running
    if (child.exitCode !== null || performance.now() > latest) throw new Error(`Vigil did not come up:\n${output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function byPid(running: Running[]): Named[] {
  const names = new Map<number, string[]>()
  for (const { pid, process } of running) names.set(pid, [...(names.get(pid) ?? []), process])
  return [...names].map(([pid, of]) => ({ pid, name: of.join('+') })).filter(({ name }) => name !== 'vigil')
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const tooLate = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN)
  await gone
  clearTimeout(tooLate)
}

/** Starts Vigil on an empty data folder, on free ports; `stop` ends it and deletes the folder. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-bench-'))
  const adminToken = newSecret()
  const child = spawnVigil(data, adminToken, options)
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => printed.push(String(chunk)))
  const output = () => printed.join('')
  const stop = async () => {
    await stopChild(child)
    await rm(data, { recursive: true, force: true })
  }
  try {
    const running = await untilUp(child, data, output)
    const portOf = (name: string, port: 'mqtt' | 'http') => running.find(({ process }) => process === name)?.ports[port]
    return {
      data,
      mqttPort: portOf('broker', 'mqtt') ?? 0,
      httpUrl: `http://127.0.0.1:${portOf('api', 'http')}`,
      adminToken,
      processes: byPid(running),
      output,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
