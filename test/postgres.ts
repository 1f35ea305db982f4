import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import pg from 'pg'
import { postgresBin } from './real_parts.ts'

/**
 * A real PostgreSQL for tests: a private server in a temporary folder, on a unix socket and no port; or the one of
 * TEST_DATABASE_URL, which cannot be stopped. Ask `needs('postgres')` first.
 */
export type TestPostgres = {
  /** URL of a new, empty database. */
  freshDatabase(): Promise<string>
  /** False where the server is not ours. */
  stoppable: boolean
  /** Ends the server at once, as a crash would; open connections break. */
  stop(): Promise<void>
  /** Starts it again on the same data. Resolves when it answers. */
  start(): Promise<void>
  /** Ends the server and removes its folder. */
  close(): Promise<void>
}

export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.TEST_DATABASE_URL
  return given ? guest(given) : privateServer()
}

function guest(url: string): TestPostgres {
  const refuse = async () => {
    throw new Error('the server of TEST_DATABASE_URL is not ours to stop')
  }
  const names: string[] = []
  return {
    stoppable: false,
    freshDatabase: () => createDatabase(url, names),
    stop: refuse,
    start: refuse,
    close: async () => {
      for (const name of names) await administer(url, `drop database if exists "${name}" with (force)`)
    },
  }
}

async function privateServer(): Promise<TestPostgres> {
  const bin = postgresBin()
  if (!bin) throw new Error('no PostgreSQL programs found; ask needs("postgres") first')
  const dir = await mkdtemp(join(tmpdir(), 'vigil-pg-'))
  const user = await unprivileged()
  if (user) await chown(dir, user.uid, user.gid)
  const data = join(dir, 'data')
  const options = ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8']
  await promisify(execFile)(join(bin, 'initdb'), [...options, '-D', data], { ...user, cwd: dir })
  const url = `postgres://postgres@${encodeURIComponent(dir)}/postgres`
  const run = () =>
    serve(bin, ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'fsync=off'], { ...user, cwd: dir })
  let server: Server | undefined = await run()
  const stop = async () => {
    const running = server
    server = undefined
    await running?.stop()
  }
  return {
    stoppable: true,
    freshDatabase: () => createDatabase(url, []),
    stop,
    start: async () => {
      server ??= await run()
    },
    close: async () => {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

type Server = { stop(): Promise<void> }

/** Runs the server as a child and resolves when it accepts connections. It ends with this process. */
async function serve(bin: string, args: string[], as: { uid?: number; gid?: number; cwd: string }): Promise<Server> {
  const child = spawn(join(bin, 'postgres'), args, { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
  const atExit = () => void child.kill('SIGQUIT')
  process.once('exit', atExit)
  await readyLine(child)
  return {
    async stop() {
      process.off('exit', atExit)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await ended
    },
  }
}

function readyLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    if (!child.stderr) return reject(new Error('the server has no output'))
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}:\n${said.slice(-20).join('\n')}`)))
  })
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`. Undefined where we are not root. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!user) throw new Error('no user to run PostgreSQL as: neither postgres nor nobody in /etc/passwd')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

let made = 0
async function createDatabase(url: string, names: string[]): Promise<string> {
  const name = `vigil_test_${process.pid}_${++made}`
  await administer(url, `create database "${name}"`)
  names.push(name)
  const own = new URL(url)
  own.pathname = `/${name}`
  return own.toString()
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
