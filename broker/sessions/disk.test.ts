import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { needs } from '../../test/real_parts.ts'
import { type Disk, type DiskOptions, openDisk } from './disk.ts'
import { sessionsUnwritten } from './metrics.ts'

let path: string
let clock: VirtualClock
let logged: { level: number; msg: string }[]
const open: Disk[] = []

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vigil-sessions-disk-'))
  clock = virtualClock()
  logged = []
})
afterEach(async () => {
  for (const disk of open.splice(0)) await disk.close()
  await rm(path, { recursive: true })
})

async function opened(options: Partial<DiskOptions> = {}): Promise<Disk> {
  const lines = new Writable({ write: (line, _, done) => done(void logged.push(JSON.parse(String(line)))) })
  const disk = await openDisk({ path, clock, log: pino(lines), diskReserveBytes: 0, ...options })
  open.push(disk)
  return disk
}

async function reopened(disk: Disk): Promise<Disk> {
  await disk.close()
  return opened()
}

const kept = (disk: Disk) => [...disk.rows()].map(({ n, row }) => [n, row[1]])
const errors = () => logged.filter(({ level }) => level === 50).length
const failures = async () => (await sessionsUnwritten.get()).values[0]?.value ?? 0

/** A process that notes a row, and is killed as soon as it is told that the row is durable. */
async function killedOnceSettled(): Promise<void> {
  const script = `
    import { pino } from ${JSON.stringify(import.meta.resolve('pino'))}
    import { systemClock } from ${JSON.stringify(new URL('../../domain/clock.ts', import.meta.url).href)}
    import { openDisk } from ${JSON.stringify(new URL('disk.ts', import.meta.url).href)}
    const disk = await openDisk({ path: ${JSON.stringify(path)}, clock: systemClock, log: pino({ level: 'silent' }) })
    disk.note(disk.nextNumber(), () => [1, 'durable'])
    await disk.settled()
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

describe('what is written of sessions', () => {
  it('is durable when it says so, also where the process is killed', async () => {
    await killedOnceSettled()
    expect(kept(await opened())).toEqual([[1, 'durable']])
  })

  it('is as it is when it is written: several notes are one, and what is gone is taken away', async () => {
    const disk = await opened()
    const [a, b, c] = [disk.nextNumber(), disk.nextNumber(), disk.nextNumber()]
    let value: string | undefined = 'first'
    disk.note(a, () => (value === undefined ? undefined : [1, value]))
    disk.note(b, () => [1, 'stays'])
    disk.note(c, () => undefined)
    value = 'second'
    disk.note(a, () => (value === undefined ? undefined : [1, value]))
    await disk.settled()
    const again = await reopened(disk)
    expect(kept(again)).toEqual([
      [a, 'second'],
      [b, 'stays'],
    ])
    again.note(a, () => undefined)
    const last = await reopened(again)
    expect(kept(last)).toEqual([[b, 'stays']])
    expect(last.nextNumber()).toBeGreaterThan(b)
  })

  it('is all there however much comes at once, each told when its own is durable', async () => {
    const disk = await opened()
    const settled: Promise<void>[] = []
    for (let i = 0; i < 5_000; i++) {
      const n = disk.nextNumber()
      disk.note(n, () => [1, `row ${n}`])
      settled.push(disk.settled())
    }
    await settled[0]
    expect([...disk.rows()].length).toBeGreaterThan(0)
    await Promise.all(settled)
    expect([...(await reopened(disk)).rows()]).toHaveLength(5_000)
  })

  it('asks nobody to wait where there is nothing to write', async () => {
    const disk = await opened()
    await disk.settled()
    await disk.close()
    disk.note(disk.nextNumber(), () => [1, 'late'])
    await disk.settled()
  })
})

describe('a disk that fails', () => {
  it('keeps nobody waiting, is told once a second, and counted each time', async () => {
    const before = await failures()
    const disk = await opened({ diskReserveBytes: Number.MAX_SAFE_INTEGER })
    disk.note(disk.nextNumber(), () => [1, 'a'])
    await disk.settled()
    expect([errors(), (await failures()) - before]).toEqual([1, 1])
    for (let again = 0; again < 3; again++) {
      disk.note(disk.nextNumber(), () => [1, 'b'])
      await disk.settled()
    }
    expect(errors()).toBe(1)
    await clock.advance(1_000)
    await expect.poll(errors).toBe(2)
    expect((await failures()) - before).toBe(2)
  })

  it.each([
    ['a folder that cannot be made', async () => writeFile(join(path, 'sessions'), '')],
    [
      'a file that is none of ours',
      async () => {
        const disk = await openDisk({ path: join(path, 'sessions'), clock, log: pino({ level: 'silent' }) })
        await disk.close()
        await writeFile(join(path, 'sessions', 'sessions.mdb'), Buffer.alloc(20_000, 'x'))
      },
    ],
  ])('is gone on without, in memory: %s', async (_, spoil) => {
    await spoil()
    const disk = await opened({ path: join(path, 'sessions') })
    expect([...disk.rows()]).toEqual([])
    disk.note(disk.nextNumber(), () => [1, 'a'])
    await disk.settled()
    expect(errors()).toBe(1)
  })

  it.skipIf(!needs('tmpfs'))('and has room again gets what went on in memory meanwhile', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path])
    try {
      const disk = await opened({ clock: systemClock })
      const padding = disk.nextNumber()
      disk.note(padding, () => [1, Buffer.alloc(1_000)])
      await disk.settled()
      const filler = join(path, 'filler')
      await writeFile(filler, Buffer.alloc(16 * 1024 * 1024, 1)).catch(() => {})
      const large = disk.nextNumber()
      disk.note(large, () => [1, 'x'.repeat(500_000)])
      await disk.settled()
      expect(errors()).toBeGreaterThan(0)
      await rm(filler)
      await expect
        .poll(() => logged.some(({ msg }) => msg === 'sessions are written again'), { timeout: 15_000 })
        .toBe(true)
      await disk.settled()
      const again = await reopened(disk)
      expect([...again.rows()].map(({ n }) => n)).toEqual([padding, large])
      await again.close()
      open.length = 0
    } finally {
      execFileSync('umount', ['-l', path])
    }
  })
})
