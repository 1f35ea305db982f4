import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { FindingCode } from '../alerts/auditor/finding.ts'
import { type HttpReceiver, startHttpReceiver } from '../alerts/channels/test_receivers.ts'
import { findRunning } from '../app/runtime.ts'
import { limits } from '../domain/limits.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'
import { askAdmin, openTime, type VirtualTime } from './virtual_time.ts'

/** The auditor among the real processes, in virtual time; each promise is broken from outside, past all of our code. */

let folder: string
let receiver: HttpReceiver
let time: VirtualTime
let system: System
let database: DatabaseSync
let pressed = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-auditor-'))
  time = await openTime(join(folder, 'clock'))
  receiver = await startHttpReceiver()
  const env = { VIGIL_CLOCK_FILE: time.file, VIGIL_SWITCH_URL: `${receiver.url}/switch` }
  system = await startSystem(env, join(folder, 'data'))
  await until('the auditor runs', () => findRunning(system.data, 'auditor'))
  database = new DatabaseSync(join(system.data, 'store.sqlite'), { timeout: 10_000 })
  await pass(60)
})
afterEach(async () => {
  for (const { id, state } of await system.tickets())
    if (state !== 'closed') await system.call('POST', `/tickets/${id}/close`, { outcome: 'technical' })
})
afterAll(async () => {
  database?.close()
  await system?.close()
  await receiver?.close()
  await rm(folder, { recursive: true, force: true })
})

/** How often the auditor that runs now has looked. */
async function turns(): Promise<number> {
  type Metric = { name: string; values: { value: number }[] }
  const metrics = await until('the auditor answers', () => askAdmin<Metric[]>(system.data, 'auditor', '/metrics.json'))
  const audits = metrics.find(({ name }) => name === 'vigil_audits_total')
  return (audits?.values ?? []).reduce((sum, { value }) => sum + value, 0)
}

/** Lets time pass, and the auditor look once in every ten seconds of it; `each` is done before. */
async function pass(seconds: number, each = () => {}): Promise<void> {
  for (let passed = 0; passed < seconds; passed += limits.auditEveryMs / 1_000) {
    each()
    const before = await turns()
    await time.jump(time.now() + limits.auditEveryMs)
    await until('the auditor has looked', async () => (await turns()) > before || undefined)
  }
}

const fed = (): number => receiver.received.filter(({ url }) => url.pathname === '/switch').length
/** How often the switch is fed in so many seconds. */
async function fedIn(seconds: number, each?: () => void): Promise<number> {
  const before = fed()
  await pass(seconds, each)
  return fed() - before
}

/** What an open system ticket tells, read past the processes, some of which may stand still; undefined where there is none. */
function told(code: FindingCode): string[] | undefined {
  const open = database.prepare(`select id from tickets where episode = ? and state <> 'closed'`)
  const ticket = open.get(`system:${code}`) as { id: string } | undefined
  const lines = database.prepare('select what from timeline where ticket = ? order by id')
  return ticket && (lines.all(ticket.id) as { what: string }[]).map(({ what }) => what)
}

/** Once it is over the ticket says so, and the switch is fed every minute. */
async function recovers(code: FindingCode, seconds: number): Promise<void> {
  await pass(seconds)
  await until(`it is said that ${code} is over`, async () => {
    if (told(code)?.includes('recovered')) return true
    await pass(10)
    return undefined
  })
  expect(await fedIn(180)).toBeGreaterThanOrEqual(2)
}

/** A press of a device that nobody knows: a ticket of its own each time. */
async function press(): Promise<void> {
  const device = `device-${++pressed}`
  await system.call('POST', `/devices/${device}/signals`, { signal: 'sos' })
  await until('the press is a ticket', async () =>
    (await system.tickets()).some((ticket) => ticket.device === device) ? true : undefined,
  )
}

const graceSeconds = limits.auditGraceMs / 1_000

it('feeds the switch while all is well, and has nothing to say', async () => {
  expect(await fedIn(300)).toBeGreaterThanOrEqual(4)
  expect((await system.tickets()).filter(({ kind }) => kind === 'system')).toEqual([])
})

it('finds a timer that was deleted in the database, mends it, and the alarm comes', async () => {
  await press()
  const lose = () => void database.exec(`delete from timers where what = 'answer' and ticket not like 't-no_next%'`)
  lose()
  await pass(10)
  expect(told('no_next_step')).toEqual(expect.arrayContaining(['opened', 'found']))
  await until('the alarm comes', async () => {
    const ticket = (await system.tickets()).find(({ device }) => device === `device-${pressed}`)
    const lines = ticket?.timeline.map(({ what }) => what) ?? []
    return (lines.includes('mended') && lines.includes('unanswered')) || undefined
  })
  expect(await fedIn(120, lose)).toBe(0)
  await recovers('no_next_step', 60)
})

it('finds a process that stands still', async () => {
  const { pid } = (await findRunning(system.data, 'alerts'))!
  process.kill(pid, 'SIGSTOP')
  try {
    await pass(graceSeconds + 20)
    expect(told('worker_silent')).toEqual(expect.arrayContaining(['opened', 'found']))
    expect(await fedIn(180)).toBe(0)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await recovers('worker_silent', 60)
})

it('finds a channel that takes nothing', async () => {
  const settings = { url: `${receiver.url}/program`, secret: 'a-secret-of-sixteen-or-more' }
  await system.call('POST', '/channels', { id: 'program', name: 'Program', kind: 'webhook', settings })
  const steps = [{ after_s: 0, tell: [{ to: 'channel', channel: 'program' }] }]
  await system.call('POST', '/plans', { id: 'plan', name: 'Plan', kinds: ['sos'], steps })
  receiver.reply = ({ url }) => (url.pathname === '/program' ? { status: 503 } : {})
  await press()
  await pass(limits.auditUnsentMs / 1_000 + 20)
  expect(told('notice_not_sent')).toEqual(expect.arrayContaining(['opened', 'found']))
  expect(await fedIn(120)).toBe(0)
  receiver.reply = {}
  await recovers('notice_not_sent', 120)
})

it('comes back when it is killed itself', async () => {
  const before = (await findRunning(system.data, 'auditor'))!.pid
  process.kill(before, 'SIGKILL')
  await until('another auditor runs', async () => {
    const pid = (await findRunning(system.data, 'auditor'))?.pid
    return (pid !== undefined && pid !== before) || undefined
  })
  expect(await fedIn(20)).toBe(0)
  expect(await fedIn(180)).toBeGreaterThanOrEqual(2)
})
