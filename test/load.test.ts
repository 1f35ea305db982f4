import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { faultsOf } from '../simulators/load/account.ts'
import { type LoadRun, runLoad } from '../simulators/load/load.ts'
import type { LoadOptions } from '../simulators/load/options.ts'
import { recordsOf } from '../simulators/registry/records.ts'
import { register, rotateToken } from '../simulators/registry/register.ts'
import { parseTruth } from '../simulators/truth.ts'
import { madeUpHomes } from '../simulators/world/made_up.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

let system: System
const cleanUp: (() => unknown)[] = []

beforeAll(async () => {
  system = await startSystem()
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})
afterAll(() => system?.close())

/** Begins a load that lives until `end` is called. */
function beginLoad(change: Partial<LoadOptions>) {
  const ending = new AbortController()
  const api = { httpUrl: system.url, adminToken, clock: systemClock, signal: ending.signal }
  const notes: string[] = []
  const run = runLoad({
    mqttUrl: `mqtt://127.0.0.1:${system.mqttPort}`,
    httpUrl: system.url,
    adminToken,
    homes: 20,
    seed: 1,
    rate: undefined,
    rampMs: 0,
    forMs: undefined,
    stormAtMs: undefined,
    emergenciesPerMinute: 120,
    patienceMs: 60_000,
    files: undefined,
    register: (homes) =>
      register(
        api,
        recordsOf(
          [{ id: 'load', name: 'Load' }],
          homes.map((plan) => ({ plan, area: 'load' })),
        ),
      ),
    renewToken: (device) => rotateToken(api, device),
    screen: { progress: () => {}, note: (line) => void notes.push(line) },
    clock: systemClock,
    signal: ending.signal,
    ...change,
  })
  cleanUp.push(async () => {
    ending.abort()
    await run.catch(() => {})
  })
  const end = (): Promise<LoadRun> => {
    ending.abort()
    return run
  }
  return { end, notes }
}

const ticketsOf = async (seed: number) =>
  (await system.tickets()).filter(({ home }) => home?.startsWith(`sim-${seed}-`))

const ticketsAtLeast = (seed: number, count: number) =>
  until(`${count} tickets`, async () => {
    const tickets = await ticketsOf(seed).catch(() => [])
    return tickets.length >= count ? tickets : undefined
  })

describe('a load of simulated homes', () => {
  it('loses nothing and gets one ticket for each emergency, though the front door is killed in the middle', async () => {
    const { end } = beginLoad({ seed: 11, rate: 20 })
    await ticketsAtLeast(11, 3)
    await system.kill('broker')
    await ticketsAtLeast(11, 8)
    const { account, truth } = await end()
    expect(faultsOf(account)).toEqual([])
    const { tally, tickets } = account
    expect(tally.sent).toBeGreaterThan(20)
    expect(tally.acknowledged).toBe(tally.sent)
    expect(tally.connected).toBe(tally.devices)
    expect(tally.lost).toBeGreaterThan(0)
    expect(tally.connects).toBeGreaterThan(tally.devices)
    expect(tickets.seen).toBeGreaterThanOrEqual(8)
    expect(tickets.expected).toBe(tickets.seen)
    expect((await ticketsOf(11)).length).toBe(tickets.seen)
    const pressed = truth.facts.filter(({ event }) => event === 'press').map(({ home }) => home)
    expect(new Set(pressed)).toEqual(new Set((await ticketsOf(11)).map(({ home }) => home)))
  })

  it('is told as failed where a home is never heard, and where there is a ticket that nobody asked for', async () => {
    const [deaf, quiet] = madeUpHomes(12, 2)
    const { end, notes } = beginLoad({
      seed: 12,
      homes: 2,
      patienceMs: 3_000,
      register: async (homes) => {
        const api = { httpUrl: system.url, adminToken, clock: systemClock, signal: new AbortController().signal }
        const households = homes.map((plan) => ({ plan, area: 'load' }))
        const tokens = await register(api, recordsOf([{ id: 'load', name: 'Load' }], households))
        const wrong = deaf!.devices.map(({ id }) => [id, 'not-its-token'])
        return { ...tokens, ...Object.fromEntries(wrong) }
      },
      renewToken: () => Promise.reject(new Error('none')),
    })
    await ticketsAtLeast(12, 1)
    // Beyond the gap of an episode, so that it does not join the ticket that is there.
    const at = Date.now() - 60 * 60_000
    await system.call('POST', `/devices/${quiet!.devices[0]!.id}/signals`, { at, signal: 'sos' })
    await ticketsAtLeast(12, 2)
    const { account } = await end()
    expect(account.tickets.missing.map(({ home }) => home)).toEqual([deaf!.id])
    expect(account.tally.failed).toBeGreaterThanOrEqual(
      deaf!.devices.filter(({ transport }) => transport !== 'http').length,
    )
    expect(account.tickets.surplus.map(({ home }) => home)).toEqual([quiet!.id])
    expect(faultsOf(account).join('; ')).toMatch(
      /ended without a connection; \d+ messages? not acknowledged; 1 ticket missing; 1 ticket too many/,
    )
    expect(notes.join('\n')).toMatch(/\d+ of \d+ devices are connected after/)
  })
})

const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))

/** `vigil simulate` with these arguments, and what it has printed. */
function simulate(...args: string[]): { child: ChildProcess; output(): string; exit: Promise<number | null> } {
  const child = spawn(process.execPath, [commandLine, 'simulate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VIGIL_DATA: system.data, VIGIL_ADMIN_TOKEN: adminToken },
    detached: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  cleanUp.push(() => child.kill('SIGKILL'))
  return { child, output: () => printed, exit: once(child, 'close').then(([code]) => code as number | null) }
}

describe('vigil simulate --homes', () => {
  it('runs for its time with a storm, writes the truth, and ends well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigil-load-'))
    cleanUp.push(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'truth.jsonl')
    const args = ['--homes', '5', '--seed', '13', '--ramp', '100ms', '--for', '4s', '--storm', '2s']
    const { exit, output } = simulate(...args, '--emergencies', '60', '--truth', file)
    expect([await exit, output().split('\n').at(-2)]).toEqual([0, 'nothing is lost and the tickets agree'])
    expect(output()).toContain('storm: every connection is cut')
    expect(output()).toMatch(/connections: \d+ lost, \d+ back after p50/)
    const truth = parseTruth(await readFile(file, 'utf8'))
    expect(truth.run.homes).toHaveLength(5)
    expect(truth.end?.facts).toBe(truth.facts.length)
    expect(truth.facts.length).toBeGreaterThan(0)
    expect(truth.facts.length).toBe((await ticketsOf(13)).length)
    const again = simulate('--homes', '5', '--seed', '13', '--for', '0s', '--emergencies', '0')
    expect(await again.exit).toBe(0)
    expect(again.output()).toMatch(/^\d+ devices are registered from before$/m)
    expect(again.output()).toMatch(/^\d+ homes have an open ticket from before/m)
  })

  it.each([
    ['Ctrl-C', 'SIGINT', '14'],
    ["a service manager's stop", 'SIGTERM', '15'],
  ] as const)('ends on %s, which reaches the whole group, with the account so far', async (_, signal, seed) => {
    const { child, exit, output } = simulate('--homes', '3', '--seed', seed, '--ramp', '0', '--emergencies', '60')
    await until('all are connected', async () => /all \d+ devices are connected/.test(output()) || undefined)
    process.kill(-child.pid!, signal)
    expect(await exit).toBe(0)
    expect(output()).toMatch(/^3 homes with \d+ devices; at most \d+ connected/m)
  })

  it('says in a sentence what does not go together', async () => {
    const { exit, output } = simulate('--rate', '5')
    expect(await exit).toBe(1)
    expect(output()).toBe('vigil: --rate needs --homes N: it belongs to the load.\n')
  })
})
