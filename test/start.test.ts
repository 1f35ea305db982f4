import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRunning, listRunning } from '../app/runtime.ts'
import { until } from './until.ts'

/** The command line as a person meets it: what it prints, what it refuses, and that it leaves nothing running. */
const bin = fileURLToPath(new URL('../app/bin.js', import.meta.url))

type Ran = { child: ChildProcess; out(): string; ended: Promise<number | null> }

let data: string
let started: Ran[]
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-start-'))
  started = []
})
afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGTERM')
    await ended
  }
  await rm(data, { recursive: true, force: true })
})

function vigil(args: string[], env: Record<string, string> = {}): Ran {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VIGIL_DATA: data, MQTT_PORT: '0', HTTP_PORT: '0', ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part))
  const ran = { child, out: () => text, ended: once(child, 'close').then(([code]) => code as number | null) }
  started.push(ran)
  return ran
}

/** Runs a command to its end. */
async function done(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; out: string }> {
  const ran = vigil(args, env)
  return { code: await ran.ended, out: ran.out() }
}

async function startUp(env: Record<string, string> = {}): Promise<Ran> {
  const ran = vigil(['start'], env)
  await until('it is up', async () => {
    if (ran.child.exitCode !== null) throw new Error(`vigil start ended: ${ran.out()}`)
    return ran.out().includes('Vigil is up') || undefined
  })
  return ran
}

const find = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? `nothing like ${pattern} in: ${text}`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function pids(): Promise<number[]> {
  return [...new Set((await listRunning(data)).map(({ pid }) => pid))]
}

describe('vigil start', () => {
  it('runs a demo that lives: the printed login works, and an SOS comes in by itself', async () => {
    const ran = await startUp()
    const console = find(ran.out(), /Console +(\S+)/)
    const password = find(ran.out(), /log in as dispatcher with (\S+)/)
    expect((await fetch(console)).status).toBe(200)
    const login = await fetch(new URL('/api/v1/login', console), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'dispatcher', password }),
    })
    const { token } = (await login.json()) as { token: string }
    await until('the first SOS', async () => {
      const answer = await fetch(new URL('/api/v1/tickets', console), { headers: { authorization: `Bearer ${token}` } })
      const { items } = (await answer.json()) as { items: { kind: string }[] }
      return items.some(({ kind }) => kind === 'sos') || undefined
    })
    expect((await done(['status'])).code).toBe(0)
    // Nobody else can reach a demo.
    const hosts = (await listRunning(data)).map(({ host }) => host)
    expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']))
    expect((await done(['device', 'list'])).out).toMatch(/^li-watch .* home-li /m)
  })

  it('stops on Ctrl-C with nothing left behind, and goes on from the same data', async () => {
    const first = await startUp({ VIGIL_DEMO: '0' })
    const login = find(first.out(), /log in as admin with (\S+)/)
    expect(first.out()).not.toContain('dispatcher')
    expect((await done(['device', 'add', 'w-1', '--place', 'kitchen'])).code).toBe(0)
    const running = await pids()
    expect(running).toHaveLength(5)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    expect(running.filter(isAlive)).toEqual([])
    expect((await readdir(join(data, 'run'))).filter((file) => file.endsWith('.json'))).toEqual([])
    expect((await done(['status'])).code).toBe(1)

    const second = await startUp({ VIGIL_DEMO: '0' })
    expect(find(second.out(), /log in as admin with (\S+)/)).toBe(login)
    expect((await done(['device', 'list'])).out).toMatch(/^w-1 /m)
  })

  it('stops with npm, where only npm is told to stop', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, VIGIL_DATA: data, MQTT_PORT: '0', HTTP_PORT: '0', VIGIL_DEMO: '0' },
    })
    const ended = once(npm, 'close')
    for await (const part of npm.stdout.setEncoding('utf8')) if (part.includes('Vigil is up')) break
    const running = await pids()
    expect(running).toHaveLength(5)
    npm.kill('SIGTERM')
    await ended
    const left = running.filter(isAlive)
    for (const pid of left) process.kill(pid, 'SIGTERM')
    expect(left).toEqual([])
  })

  it('never puts demo homes where somebody began without them', async () => {
    const real = await startUp({ VIGIL_DEMO: '0' })
    real.child.kill('SIGTERM')
    await real.ended
    const asDemo = await startUp()
    expect(asDemo.out()).toContain('No demo homes')
    expect((await done(['device', 'list', '--json'])).out).toBe('')
  })

  it('starts a process again that was killed, where it listened before, and says so', async () => {
    const ran = await startUp({ VIGIL_DEMO: '0' })
    const before = await findRunning(data, 'broker')
    process.kill(before?.pid ?? 0, 'SIGKILL')
    const after = await until('the broker is back', async () => {
      const now = await findRunning(data, 'broker')
      return now && now.pid !== before?.pid ? now : undefined
    })
    expect(after.ports.mqtt).toBe(before?.ports.mqtt)
    expect(ran.out()).toContain('The broker process ended unexpectedly (SIGKILL); starting it again.')
  })

  it('leaves no orphan when the supervisor itself is killed', async () => {
    const ran = await startUp({ VIGIL_DEMO: '0' })
    const running = await pids()
    ran.child.kill('SIGKILL')
    await until('all have followed', async () => !running.some(isAlive) || undefined)
  })

  it('is one to a data folder', async () => {
    const ran = await startUp({ VIGIL_DEMO: '0' })
    const second = await done(['start'])
    expect(second.code).toBe(1)
    expect(second.out).toMatch(`vigil: Vigil runs already (pid ${ran.child.pid})`)
    expect((await done(['broker'])).out).toContain('The broker process runs already')
  })

  it('says which port is taken and how to choose another, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const refused = await done(['start'], { HTTP_PORT: `${port}` })
    other.close()
    expect(refused.code).toBe(1)
    expect(refused.out).toContain(`vigil: Port ${port} is in use`)
    expect(refused.out).not.toContain('    at ')
    expect(await pids()).toEqual([])
  })
})

describe('the commands', () => {
  it('name the mend where nothing runs', async () => {
    expect((await done(['device', 'list'])).out).toBe(
      `vigil: No Vigil runs with the data folder ${data}: run npm start, or say where it is with --url.\n`,
    )
    expect((await done(['token'])).out).toMatch(/^vigil: No administrator's token: .*run npm start\.\n$/)
    expect((await done(['simulate'])).out).toMatch(
      /^vigil: No Vigil runs with the data folder .*--mqtt and --http\.\n$/,
    )
    expect(await readdir(data)).toEqual([])
  })

  it.each([
    [['statu'], 'Did you mean status?'],
    [['dead-letters', 'list', '--most', 'x'], 'must be a whole number'],
    [['simulate', '--seed', '-1'], 'must be a whole number'],
  ])('refuse %j', async (args, why) => {
    const { code, out } = await done(args)
    expect(code).toBe(1)
    expect(out).toMatch(/^vigil: /)
    expect(out).toContain(why)
  })

  it('refuse a wrong variable before anything is made', async () => {
    const { code, out } = await done(['start'], { MQTT_PORT: '99999' })
    expect([code, out]).toEqual([1, 'vigil: MQTT_PORT must be a port, 0 to 65535; 0 picks a free one.\n'])
    expect(await readdir(data)).toEqual([])
  })

  it('work on the dead letters of a running Vigil', async () => {
    await startUp({ VIGIL_DEMO: '0' })
    const added = (await done(['device', 'add', 'w-1'])).out
    const token = find(added, /^ {2}(\S+)$/m)
    expect(added).toContain(`-u w-1 -P ${token} -t vigil/v1/w-1/signals`)
    const http = (await findRunning(data, 'api'))?.ports.http
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1/devices/w-1/readings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{bad',
    })
    expect(answer.status).toBe(400)
    await until(
      'it is kept',
      async () => (await done(['dead-letters', 'list'])).out.includes('payload_not_json') || undefined,
    )
    expect((await done(['dead-letters', 'list', '--device', 'w-2'])).out).toBe('There are none.\n')
    expect((await done(['dead-letters', 'replay'])).out).toMatch(/^1 dead letters are replayed\. /)
    expect((await done(['device', 'add', 'w-1'])).out).toMatch(/^vigil: .*\(id_taken\)\n$/)
  })
})
