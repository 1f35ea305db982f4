import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * A real InfluxDB 1.x for tests: a private server in a temporary folder on a free port; or the one of TEST_INFLUX_URL,
 * which cannot be stopped or configured. Ask `needs("influxdb")` first, unless `isGuest`.
 */
export type TestInflux = {
  url: string
  /** Name of a database that does not exist yet. */
  freshDatabase(): string
  /** Runs InfluxQL; gives the rows of the first result. */
  ask(statement: string, database?: string): Promise<unknown[][]>
  /** Writes line protocol as a foreign program would (precision ms). */
  write(database: string, lines: string[]): Promise<void>
  /** Ends the server at once, as a crash would. */
  stop(): Promise<void>
  /** Starts it again on the same data and port. Resolves when it answers. */
  start(): Promise<void>
  /** Ends the server and removes its folder; drops the fresh databases where the server is not ours. */
  close(): Promise<void>
}

/** Settings of the server's `[http]` section, as in its configuration file. */
export type HttpSettings = Record<string, string | number | boolean>

/** Whether the tests were given a server that is not theirs to stop or to configure. */
export const isGuest = process.env.TEST_INFLUX_URL !== undefined

export async function startInflux(http: HttpSettings = {}): Promise<TestInflux> {
  const given = Object.keys(http).length === 0 ? process.env.TEST_INFLUX_URL : undefined
  return given ? guest(given) : privateServer(http)
}

function guest(url: string): TestInflux {
  const refuse = async () => {
    throw new Error('the server of TEST_INFLUX_URL is not ours to stop')
  }
  const side = foreignSide(url)
  return {
    ...side,
    stop: refuse,
    start: refuse,
    close: async () => {
      for (const name of side.databases) await side.ask(`DROP DATABASE "${name}"`)
    },
  }
}

async function privateServer(http: HttpSettings): Promise<TestInflux> {
  const dir = await mkdtemp(join(tmpdir(), 'vigil-influx-'))
  let server: Server | undefined = await serve(dir, http, '127.0.0.1:0')
  const { address } = server
  const stop = async () => {
    const running = server
    server = undefined
    await running?.stop()
  }
  return {
    ...foreignSide(`http://${address}`),
    stop,
    start: async () => {
      server ??= await serve(dir, http, address)
    },
    close: async () => {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

type Server = { address: string; stop(): Promise<void> }

/** Runs influxd as a child and resolves when it listens. It ends with this process. */
async function serve(dir: string, http: HttpSettings, bind: string): Promise<Server> {
  const file = join(dir, 'influxdb.conf')
  await writeFile(file, configuration(dir, { 'bind-address': bind, ...http }))
  const child = spawn('influxd', ['run', '-config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const atExit = () => void child.kill('SIGKILL')
  process.once('exit', atExit)
  const address = await listening(child)
  return {
    address,
    async stop() {
      process.off('exit', atExit)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function configuration(dir: string, http: HttpSettings): string {
  const settings = Object.entries(http).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  return [
    'reporting-disabled = true',
    'bind-address = "127.0.0.1:0"',
    `[meta]\ndir = ${JSON.stringify(join(dir, 'meta'))}`,
    `[data]\ndir = ${JSON.stringify(join(dir, 'data'))}\nwal-dir = ${JSON.stringify(join(dir, 'wal'))}`,
    '[monitor]\nstore-enabled = false',
    `[http]\nlog-enabled = false\n${settings.join('\n')}`,
    '',
  ].join('\n')
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    if (!child.stderr) return reject(new Error('the server has no output'))
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      const address = /Listening on HTTP.* addr=(\S+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`influxd ended with ${code}:\n${said.slice(-20).join('\n')}`)))
  })
}

let made = 0

/** What a test does with the server past the code under test. */
function foreignSide(url: string) {
  const databases: string[] = []
  return {
    url,
    databases,
    freshDatabase() {
      const name = `vigil_test_${process.pid}_${++made}`
      databases.push(name)
      return name
    },
    async ask(statement: string, database = ''): Promise<unknown[][]> {
      const body = new URLSearchParams({ q: statement, db: database, epoch: 'ms' })
      const answer = await fetch(`${url}/query`, { method: 'POST', body })
      const { results, error } = (await answer.json()) as Answer
      const problem = error ?? results?.[0]?.error
      if (problem) throw new Error(problem)
      return results?.[0]?.series?.flatMap((series) => series.values) ?? []
    },
    async write(database: string, lines: string[]): Promise<void> {
      const parameters = new URLSearchParams({ db: database, precision: 'ms' })
      const answer = await fetch(`${url}/write?${parameters}`, { method: 'POST', body: lines.join('\n') })
      if (answer.status !== 204) throw new Error(await answer.text())
    },
  }
}
type Answer = { error?: string; results?: { error?: string; series?: { values: unknown[][] }[] }[] }
